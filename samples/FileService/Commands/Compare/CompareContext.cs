using FileService.Data;
using PerfKit.Query;

namespace FileService.Commands.Compare;

/// <summary>What the measured operations share.</summary>
internal sealed class CompareContext(
    CommandServices services,
    WorkspaceRow workspace,
    RoundTrip trip,
    TimeProvider clock,
    Deadline deadline
)
{
    /// <summary>Seeds every draw, so that a repeat measures the same files and words.</summary>
    public const int Seed = 20_261_122;

    public CommandServices Services => services;

    public WorkspaceRow Workspace => workspace;

    public RoundTrip Trip => trip;

    public TimeProvider Clock => clock;

    public Deadline Deadline => deadline;

    /// <summary>One line of progress.</summary>
    public void Say(string line) => Console.WriteLine($"{deadline.Elapsed.TotalSeconds, 5:N0} s  {line}");

    /// <summary>Runs both sides, every other time the after side first, so that neither always finds what the other left.</summary>
    public static async Task<(TBefore Before, TAfter After)> InTurnAsync<TBefore, TAfter>(
        int turn,
        Func<Task<TBefore>> before,
        Func<Task<TAfter>> after
    )
    {
        if (turn % 2 == 0)
        {
            var first = await before();
            return (first, await after());
        }

        var second = await after();
        return (await before(), second);
    }

    /// <summary>
    /// Runs it once, as a request that opens its connection and gives it back, and says how long that took, in milliseconds.
    /// </summary>
    public async Task<(T Answer, double Ms)> TimeAsync<T>(Func<Task<T>> run)
    {
        var connection = services.Get<IConnectionScope>();
        await connection.ReleaseAsync();
        var started = clock.GetTimestamp();
        var answer = await run();
        await connection.ReleaseAsync();
        return (answer, clock.GetElapsedTime(started).TotalMilliseconds);
    }
}

/// <summary>The time a comparison may take, given out in parts, so that a slow machine takes fewer samples of everything.</summary>
internal sealed class Deadline(TimeProvider clock, TimeSpan limit)
{
    private readonly long _started = clock.GetTimestamp();

    public TimeSpan Elapsed => clock.GetElapsedTime(_started);

    /// <summary>When a part that may take this share of what is left must end, as <see cref="Elapsed"/> counts.</summary>
    public TimeSpan EndOf(double share) => Elapsed + ((limit - Elapsed) * share);
}
