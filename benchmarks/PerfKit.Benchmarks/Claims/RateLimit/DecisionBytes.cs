using System.Threading.RateLimiting;
using PerfKit.Benchmarks.Claims.RateLimit.Keyed;
using PerfKit.Benchmarks.Gate;
using PerfKit.Benchmarks.Measure;
using PerfKit.RateLimit;

namespace PerfKit.Benchmarks.Claims.RateLimit;

/// <summary>
/// What a decision allocates, at most over every path: each algorithm and several limits together, admitted and refused,
/// one permit and several, asked for and waited for.
/// </summary>
public sealed class DecisionBytes : Claim
{
    private const int Operations = 100_000;

    public override string Area => "ratelimit";
    public override string Id => "bytes";
    public override Bar Bar => Bar.AtMost(0, "B");
    public override bool Quick => true;

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var paths = new List<(string Path, double Bytes)>();
        foreach (var algorithm in Enum.GetValues<LimitAlgorithm>())
        {
            var plenty = new LimitOptions
            {
                Algorithm = algorithm,
                Permits = 1_000_000_000,
                Period = TimeSpan.FromMilliseconds(100),
            };
            paths.Add(($"{algorithm} granted", OfAttempts(RateLimiters.Create(plenty))));
            paths.Add(($"three of {algorithm} granted", OfAttempts(RateLimiters.Create(plenty, plenty, plenty))));
            paths.Add(($"{algorithm} refused", OfAttempts(LimiterSides.Empty(algorithm))));
            paths.Add(($"{algorithm} acquired", await OfAcquiringAsync(RateLimiters.Create(plenty))));
        }

        paths.Add(("keyed", KeyedBytes.Most()));
        paths.Add(("waited for", await OfWaitingAsync(isFair: false)));
        paths.Add(("waited for in a fair queue", await OfWaitingAsync(isFair: true)));
        var (worst, bytes) = paths.MaxBy(static it => it.Bytes);
        return new Measured(bytes, "B", $"{paths.Count} paths, most: {worst}");
    }

    private static double OfAttempts(RateLimiter limiter)
    {
        using (limiter)
        {
            return Allocations.PerOperation(
                Operations,
                operations =>
                {
                    for (var i = 0; i < operations; i++)
                    {
                        limiter.AttemptAcquire(1 + (i & 1)).Dispose();
                    }
                }
            );
        }
    }

    private static async Task<double> OfAcquiringAsync(RateLimiter limiter)
    {
        await using (limiter)
        {
            return await Allocations.PerOperationAsync(
                Operations,
                async operations =>
                {
                    for (var i = 0; i < operations; i++)
                    {
                        (await limiter.AcquireAsync(1 + (i & 1))).Dispose();
                    }
                }
            );
        }
    }

    /// <summary>The one permit goes from hand to hand: each lease given back serves the next in the queue.</summary>
    private static async Task<double> OfWaitingAsync(bool isFair)
    {
        var one = new LimitOptions
        {
            Algorithm = LimitAlgorithm.Concurrency,
            Permits = 1,
            QueueLimit = 1,
        };
        await using var limiter = RateLimiters.Create(one);
        await using var fair = RateLimiters.CreateFair<long>(LimitKey.Of, [one]);
        return Math.Round(
            await Allocations.PerOperationAsync(
                Operations,
                async operations =>
                {
                    var held = isFair ? fair.AttemptAcquire(0) : limiter.AttemptAcquire();
                    for (var i = 0; i < operations; i++)
                    {
                        var next = isFair ? fair.AcquireAsync(i) : limiter.AcquireAsync();
                        held.Dispose();
                        held = await next;
                    }

                    held.Dispose();
                }
            )
        );
    }
}
