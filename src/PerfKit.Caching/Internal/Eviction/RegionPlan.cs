namespace PerfKit.Caching.Internal;

/// <summary>How a <see cref="RegionPolicy"/> divides and admits.</summary>
/// <param name="WindowShare">The window's part of the capacity; 1 leaves no main region.</param>
/// <param name="IsQuick">
/// Admits whatever was read again in the window, as S3-FIFO does; else, as always what was not, only what was asked for
/// clearly more often than what has to leave for it.
/// </param>
internal readonly record struct RegionPlan(double WindowShare, bool IsQuick = false)
{
    /// <summary>
    /// What the advisor chooses from, first what is followed until it knows: quick admission (popularity that rises and
    /// fades), frequency alone (loops, scans, steady popularity), two mixtures, recency alone (moving working sets).
    /// </summary>
    public static readonly RegionPlan[] All = [new(0.1, IsQuick: true), new(0.01), new(0.1), new(0.4), new(1)];
}
