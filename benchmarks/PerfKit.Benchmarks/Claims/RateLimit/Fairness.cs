using System.Globalization;
using System.Threading.RateLimiting;
using PerfKit.Benchmarks.Gate;
using PerfKit.RateLimit;

namespace PerfKit.Benchmarks.Claims.RateLimit;

/// <summary>
/// 100 keys wait at one limiter, one of them a hundred times at once, in a queue that has no room for all: how evenly they
/// are served (Jain's index, 1 for equal shares).
/// </summary>
public sealed class Fairness : Claim
{
    private const int Keys = 100;
    private const int Greed = 100;
    private const int Grants = 200_000;
    private const int QueueLimit = 150; // Of 199 that would wait.

    public override string Area => "ratelimit";
    public override string Id => "fairness";
    public override Bar Bar => Bar.AtLeast(0.99, "", ">= 0.99");
    public override bool Quick => true;

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        await using var limiter = RateLimiters.CreateFair<int>(
            static key => LimitKey.Of(key),
            [
                new LimitOptions
                {
                    Algorithm = LimitAlgorithm.Concurrency,
                    Permits = 2,
                    QueueLimit = QueueLimit,
                },
            ]
        );
        var served = new int[Keys];
        var left = Grants;
        var askers = Enumerable
            .Range(0, Keys)
            .SelectMany(static key => Enumerable.Repeat(key, key == 0 ? Greed : 1))
            .Select(key => Task.Run(() => AskAsync(key), cancellationToken));
        await Task.WhenAll(askers);
        var index = Math.Pow(served.Sum(), 2) / (Keys * served.Sum(static it => Math.Pow(it, 2)));
        return new Measured(
            index,
            "",
            string.Create(
                CultureInfo.InvariantCulture,
                $"the greedy key got {served[0] / served.Skip(1).Average():0.##} of the others' mean"
            )
        );

        async Task AskAsync(int key)
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                using var lease = await limiter.AcquireAsync(key, 1, cancellationToken);
                if (lease.IsAcquired)
                {
                    Interlocked.Increment(ref served[key]);
                    await Task.Yield(); // Works a little while it holds the permit.
                }
                else
                {
                    Interlocked.Increment(ref left);
                    await Task.Yield();
                }
            }
        }
    }
}
