namespace PerfKit.Benchmarks.Claims.Caching.Races;

/// <summary>What a factory of a history fails with on purpose.</summary>
internal sealed class RaceException() : Exception("The factory fails here.");
