using System.Globalization;
using System.Threading.RateLimiting;
using PerfKit.Benchmarks.Measure;
using PerfKit.RateLimit;

namespace PerfKit.Benchmarks.Claims.RateLimit.Keyed;

/// <summary>
/// A million keys with the same token bucket each, ours and the framework's, both asked as a
/// <c>PartitionedRateLimiter</c>. The keys are random texts, asked for in another random order than they were made in. A
/// side of a round asks for every key at least once, or else the framework would forget those that it has not seen for ten
/// seconds. Its heartbeat runs beside both sides, as it does beside an application.
/// </summary>
internal sealed class KeyedSides : IDisposable
{
    public const int Keys = 1_000_000;
    private const int Permits = 1_000;

    private readonly string[] _keys = MakeKeys();
    private readonly KeyedLimiter<string> _ours = MakeOurs();
    private readonly PartitionedRateLimiter<string> _framework = PartitionedRateLimiter.Create<string, string>(
        static key =>
            RateLimitPartition.GetTokenBucketLimiter(
                key,
                static _ => new TokenBucketRateLimiterOptions
                {
                    TokenLimit = Permits,
                    TokensPerPeriod = 1,
                    ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                }
            )
    );

    private readonly PairedRounds _rounds = new() { Rounds = 7, SideLength = TimeSpan.FromSeconds(0.8) };

    public KeyedSides()
    {
        foreach (var key in _keys)
        {
            _ours.AttemptAcquire(key).Dispose();
            _framework.AttemptAcquire(key).Dispose();
        }

        new Random(2).Shuffle(_keys);
    }

    public static string[] MakeKeys()
    {
        var random = new Random(1);
        return
        [
            .. Enumerable
                .Range(0, Keys)
                .Select(_ => string.Create(CultureInfo.InvariantCulture, $"tenant-{random.NextInt64():x16}")),
        ];
    }

    public static KeyedLimiter<string> MakeOurs() =>
        new(LimitKey.Of, [new LimitOptions { Permits = Permits, Period = TimeSpan.FromSeconds(Permits) }], Keys);

    /// <summary>Measures on this thread.</summary>
    public Task<PairedResult> OnOneThreadAsync(CancellationToken cancellationToken) =>
        _rounds.RunAsync(n => Ask(_ours, n, 0), n => Ask(_framework, n, 0), cancellationToken);

    /// <summary>Measures on two threads at a time, half of the operations on each.</summary>
    public Task<PairedResult> OnTwoThreadsAsync(CancellationToken cancellationToken) =>
        _rounds.RunAsync(n => Twice(_ours, n), n => Twice(_framework, n), cancellationToken);

    public void Dispose()
    {
        _ours.Dispose();
        _framework.Dispose();
    }

    private void Twice(PartitionedRateLimiter<string> limiter, int operations)
    {
        var half = (operations + 1) / 2;
        var other = new Thread(() => Ask(limiter, half, 0));
        other.Start();
        Ask(limiter, half, Keys / 2);
        other.Join();
    }

    private void Ask(PartitionedRateLimiter<string> limiter, int operations, int first)
    {
        var (keys, at) = (_keys, first);
        for (var i = 0; i < operations; i++)
        {
            limiter.AttemptAcquire(keys[at]).Dispose();
            at = at + 1 == keys.Length ? 0 : at + 1;
        }
    }
}
