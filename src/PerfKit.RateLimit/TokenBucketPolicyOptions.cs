using static System.FormattableString;

namespace PerfKit.RateLimit;

/// <summary>How many permits a key gets: a steady rate and a burst.</summary>
public sealed class TokenBucketPolicyOptions
{
    internal const double MinPermitsPerSecond = 0.0001;
    internal const double MaxPermitsPerSecond = 1_000_000;
    internal const int MaxBurst = 1_000_000;
    internal const double MaxRefillDays = 366;

    /// <summary>Permits that come back each second, for each key: 0.0001 to 1,000,000, by default 100.</summary>
    public double PermitsPerSecond { get; set; } = 100;

    /// <summary>Permits a rested key may spend at once: 1 to 1,000,000, by default 200.</summary>
    public int Burst { get; set; } = 200;

    internal string? Fault(string prefix)
    {
        if (!(PermitsPerSecond is >= MinPermitsPerSecond and <= MaxPermitsPerSecond))
        {
            return Invariant(
                $"{prefix}PermitsPerSecond is {PermitsPerSecond} but must be between {MinPermitsPerSecond} and {MaxPermitsPerSecond}."
            );
        }

        if (Burst is < 1 or > MaxBurst)
        {
            return Invariant($"{prefix}Burst is {Burst} but must be between 1 and {MaxBurst}.");
        }

        if (Burst / PermitsPerSecond < LimitOptions.MinPeriod.TotalSeconds)
        {
            return Invariant(
                $"{prefix}Burst is {Burst}, which at {PermitsPerSecond} permits a second takes less than {LimitOptions.MinPeriod.TotalMilliseconds} ms to refill."
            );
        }

        return Burst / PermitsPerSecond <= MaxRefillDays * 86_400
            ? null
            : Invariant(
                $"{prefix}Burst is {Burst}, which at {PermitsPerSecond} permits a second takes more than {MaxRefillDays} days to refill."
            );
    }

    internal LimitOptions ToLimit() =>
        new()
        {
            Permits = Burst,
            Period = TimeSpan.FromTicks((long)Math.Ceiling(Burst / PermitsPerSecond * TimeSpan.TicksPerSecond)),
        };
}
