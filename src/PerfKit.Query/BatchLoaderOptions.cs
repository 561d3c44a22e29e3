namespace PerfKit.Query;

/// <summary>The bounds of a <see cref="BatchLoader{TKey, TValue}"/>.</summary>
public sealed class BatchLoaderOptions
{
    /// <summary>The most keys of one round trip: 1 to 100,000, default 1,000. More keys make several trips, one after another.</summary>
    public int MaxBatch { get; set; } = 1000;

    /// <summary>
    /// The most values the loader remembers: 0 to 10,000,000, default 100,000. Beyond it values are still loaded and
    /// batched, but asked for again when needed again.
    /// </summary>
    public int MaxRemembered { get; set; } = 100_000;

    /// <summary>The tag <c>loader.name</c> of metrics and activities; by default the name of the value's type.</summary>
    public string? Name { get; set; }

    internal string? Fault() =>
        MaxBatch is < 1 or > 100_000 ? $"BatchLoaderOptions.MaxBatch is {MaxBatch}; it must be 1 to 100000."
        : MaxRemembered is < 0 or > 10_000_000
            ? $"BatchLoaderOptions.MaxRemembered is {MaxRemembered}; it must be 0 to 10000000."
        : null;
}
