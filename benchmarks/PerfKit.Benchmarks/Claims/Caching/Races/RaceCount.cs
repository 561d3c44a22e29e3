namespace PerfKit.Benchmarks.Claims.Caching.Races;

/// <summary>What a part tried and found.</summary>
/// <param name="Interleavings">Seeded histories played.</param>
/// <param name="Steps">Operations in them.</param>
/// <param name="Wrong">Answers that no sequential order of the operations explains.</param>
/// <param name="First">The first of them, with the seed that repeats it.</param>
internal sealed record RaceCount(long Interleavings, long Steps, long Wrong, string? First)
{
    public static readonly RaceCount None = new(0, 0, 0, null);

    public static RaceCount operator +(RaceCount one, RaceCount other) =>
        new(
            one.Interleavings + other.Interleavings,
            one.Steps + other.Steps,
            one.Wrong + other.Wrong,
            one.First ?? other.First
        );
}
