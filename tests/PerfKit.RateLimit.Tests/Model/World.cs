using System.Threading.RateLimiting;

namespace PerfKit.RateLimit.Tests.Model;

/// <summary>What a thread's histories share: its clocks, how limiters are made on them, and what they may set aside.</summary>
internal sealed class World
{
    public World()
    {
        foreach (var clock in Clocks)
        {
            using var first = RateLimiters.Create(clock, new LimitOptions()); // From here on it counts, at 0.
        }
    }

    public HandClock[] Clocks { get; } = [.. Scene.Frequencies.Select(static it => new HandClock(it))];

    /// <summary>Whether the clock is the machine's, which never goes back.</summary>
    public bool IsMachine { get; init; }

    public Func<HandClock, LimitOptions[], RateLimiter> Make { get; init; } =
        static (clock, limits) => RateLimiters.Create(clock, limits);

    /// <summary>Permits that limits of token buckets may set aside.</summary>
    public Func<LimitOptions[], int> SetAside { get; init; } = static _ => 0;
}
