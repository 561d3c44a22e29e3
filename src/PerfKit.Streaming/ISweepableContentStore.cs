namespace PerfKit.Streaming;

/// <summary>
/// What a store can besides when a dying writer leaves something behind, such as a temporary file or parts of an upload. A
/// store whose unfinished contents vanish with the process does not have it. A decorator passes it on when what it wraps has it.
/// </summary>
public interface ISweepableContentStore : IContentStore
{
    /// <summary>Removes what dead writers left. What a living writer holds is never touched, however old.</summary>
    /// <param name="olderThan">Least time since the last write; guards where the store cannot see who lives. Not negative.</param>
    /// <param name="cancellationToken">Ends the sweep with an exception; what was removed by then is gone.</param>
    /// <returns>How many unfinished contents were removed.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="olderThan"/> is negative.</exception>
    ValueTask<int> SweepAsync(TimeSpan olderThan, CancellationToken cancellationToken = default);
}
