using static System.FormattableString;

namespace PerfKit.RateLimit.Internal.Limits;

/// <summary>What is left of a limit, as a part of a sentence.</summary>
internal static class LimitText
{
    /// <summary>Of held permits.</summary>
    public static string Of(int available, int permits) => Left(available, permits) + " to hold";

    /// <summary>Of permits that come back with time; next is zero when there is no more to come, or none needed.</summary>
    public static string Of(int available, int permits, TimeSpan period, TimeSpan next)
    {
        var left = Invariant($"{Left(available, permits)} of {Of(period)}");
        return next == TimeSpan.Zero ? left : Invariant($"{left}, the next in {Of(next)}");
    }

    private static string Left(int available, int permits) =>
        available == permits ? Invariant($"all {permits} permits") : Invariant($"{available} of {permits} permits");

    private static string Of(TimeSpan time) =>
        time < TimeSpan.FromSeconds(1) ? Invariant($"{time.TotalMilliseconds:0.###} ms")
        : time < TimeSpan.FromHours(1) ? Invariant($"{time.TotalSeconds:0.###} s")
        : Invariant($"{time.TotalHours:0.###} h");
}
