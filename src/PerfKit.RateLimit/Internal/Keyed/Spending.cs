namespace PerfKit.RateLimit.Internal.Keyed;

/// <summary>What it takes to undo a spending: when it was, where, and under which limits.</summary>
internal readonly record struct Spending(long Time, int Place, int Version);
