namespace PerfKit.Benchmarks.Claims.Caching.Races;

/// <summary>One kind of race that the claim tries; a class that implements it is a part as soon as the claim lists it.</summary>
internal interface IRacePart
{
    /// <summary>How it is called in the gate's line.</summary>
    string Name { get; }

    /// <summary>Tries this many seeded interleavings on the calling thread and those it starts.</summary>
    /// <param name="seed">Of the first; the same seed gives the same interleavings.</param>
    /// <param name="count">How many.</param>
    /// <param name="cancellationToken">Ends it early by an exception.</param>
    Task<RaceCount> RunAsync(int seed, int count, CancellationToken cancellationToken);
}
