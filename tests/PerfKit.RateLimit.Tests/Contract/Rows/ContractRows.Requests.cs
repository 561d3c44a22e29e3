using System.Threading.RateLimiting;
using static PerfKit.RateLimit.Tests.Contract.Rows.Subject;

namespace PerfKit.RateLimit.Tests.Contract.Rows;

public static partial class ContractRows
{
    private static Row[] Requests =>
        [
            Every(
                "0 permits are admitted while one is there, and spend nothing",
                static it =>
                {
                    var limiter = it.Create(1);
                    Must(limiter.AttemptAcquire(0).IsAcquired, "0 permits are refused");
                    Must(limiter.AttemptAcquire(0).IsAcquired, "0 permits are refused the second time");
                    Available(limiter, 1);
                    Take(limiter, 1);
                }
            ),
            Every(
                "0 permits are refused when none is there",
                static it =>
                {
                    var limiter = it.Create(1);
                    Take(limiter, 1);
                    Must(!limiter.AttemptAcquire(0).IsAcquired, "0 permits are admitted");
                }
            ),
            Every(
                "0 permits asked for asynchronously are admitted at once while one is there",
                static async it =>
                {
                    var limiter = it.Create(1, queueLimit: 1);
                    var asked = Ask(limiter, 0);
                    Must(asked.IsCompletedSuccessfully, "the request waits");
                    _ = await Granted(asked, "the request");
                    Available(limiter, 1);
                }
            ),
            Every(
                "0 permits asked for asynchronously wait until one is there",
                static async it =>
                {
                    var limiter = it.Create(1, queueLimit: 1);
                    var taken = Take(limiter, 1);
                    var asked = Ask(limiter, 0);
                    Must(!asked.IsCompleted, "the request does not wait");
                    it.GiveBack(limiter, taken);
                    _ = await Granted(asked, "the request");
                    Available(limiter, 1);
                }
            ),
            Every(
                "0 permits are admitted while one is there, though others wait for more",
                static async it =>
                {
                    var limiter = it.Create(2, queueLimit: 2);
                    Take(limiter, 1);
                    var waits = Ask(limiter, 2);
                    Queued(limiter, 2);
                    Must(limiter.AttemptAcquire(0).IsAcquired, "0 permits are refused");
                    _ = await Granted(Ask(limiter, 0), "0 permits, asynchronously,");
                    Must(!waits.IsCompleted, "who waits is served");
                }
            ),
            Every(
                "the permits asked for by default are one",
                static it =>
                {
                    var limiter = it.Create(3);
                    Must(limiter.AttemptAcquire().IsAcquired, "one is refused");
                    Available(limiter, 2);
                }
            ),
            Every(
                "all permits can be taken at once",
                static it =>
                {
                    var limiter = it.Create(5);
                    Take(limiter, 5);
                    Must(!limiter.AttemptAcquire(1).IsAcquired, "one more is admitted");
                }
            ),
            Every(
                "a refusal takes nothing",
                static it =>
                {
                    var limiter = it.Create(5);
                    Take(limiter, 2);
                    Must(!limiter.AttemptAcquire(4).IsAcquired, "4 of 3 are admitted");
                    Available(limiter, 3);
                    Take(limiter, 3);
                }
            ),
            Every(
                "permits that are there are given asynchronously at once",
                static async it =>
                {
                    var limiter = it.Create(2, queueLimit: 1);
                    var asked = Ask(limiter, 2);
                    Must(asked.IsCompletedSuccessfully, "the request waits");
                    _ = await Granted(asked, "the request");
                    Available(limiter, 0);
                }
            ),
            Every("fewer permits than none are an argument error", static it => Refuses(it.Create(2), -1)),
            Every("int.MinValue permits are an argument error", static it => Refuses(it.Create(2), int.MinValue)),
            Every("more permits than the limit are an argument error", static it => Refuses(it.Create(2), 3)),
            Every("int.MaxValue permits are an argument error", static it => Refuses(it.Create(2), int.MaxValue)),
            Every(
                "more permits than the limit are an argument error with a queue, too",
                static it => Refuses(it.Create(2, queueLimit: 100), 3)
            ),
            Every(
                "wrong permit counts are argument errors when none is there, too",
                static it =>
                {
                    var limiter = it.Create(2);
                    Take(limiter, 2);
                    Must(!limiter.AttemptAcquire(1).IsAcquired, "one is admitted");
                    Refuses(limiter, -1);
                    Refuses(limiter, 3);
                    Refuses(limiter, int.MaxValue);
                    Must(!limiter.AttemptAcquire(1).IsAcquired, "one is admitted afterwards");
                }
            ),
            Every(
                "wrong permit counts take nothing and count nothing",
                static it =>
                {
                    var limiter = it.Create(2, queueLimit: 2);
                    Refuses(limiter, -1);
                    Refuses(limiter, 3);
                    Available(limiter, 2);
                    Queued(limiter, 0);
                    Totals(limiter, 0, 0);
                }
            ),
        ];

    private static Row[] Refusals =>
        [
            Every(
                "an admitted request has no metadata",
                static async it =>
                {
                    var limiter = it.Create(2, queueLimit: 1);
                    HasNone(Take(limiter, 1));
                    HasNone(Take(limiter, 0));
                    HasNone(await Granted(Ask(limiter, 1), "the request"));
                }
            ),
            Every(
                "metadata under another name is not there, and has no value",
                static it =>
                {
                    var limiter = it.Create(1);
                    Take(limiter, 1);
                    var refused = limiter.AttemptAcquire(1);
                    Must(!refused.TryGetMetadata("another", out var value), "it is there");
                    Must(value is null, $"it is {value}");
                }
            ),
            Every(
                "every metadata of a refusal is named",
                static async it =>
                {
                    var limiter = it.Create(1);
                    Take(limiter, 1);
                    NamesAll(limiter.AttemptAcquire(1));
                    NamesAll(await EndOf(Ask(limiter, 1), "the request"));
                }
            ),
            Timed(
                "a refusal says after what time to come again",
                static it =>
                {
                    var limiter = it.Create(2);
                    Take(limiter, 2).Dispose();
                    IsLater(limiter.AttemptAcquire(1));
                    IsLater(limiter.AttemptAcquire(2));
                },
                theirFaults: "SlidingWindowRateLimiter: gives none before version 11"
            ),
            Timed(
                "0 permits refused say after what time to come again",
                static it =>
                {
                    var limiter = it.Create(1);
                    Take(limiter, 1).Dispose();
                    IsLater(limiter.AttemptAcquire(0));
                },
                theirFaults: "SlidingWindowRateLimiter: gives none before version 11"
            ),
            Timed(
                "a refusal says after what time to come again when others wait before it, too",
                static it =>
                {
                    var limiter = it.Create(2, queueLimit: 2);
                    Take(limiter, 1).Dispose();
                    _ = Ask(limiter, 2);
                    Queued(limiter, 2);
                    IsLater(limiter.AttemptAcquire(1));
                },
                theirFaults: "SlidingWindowRateLimiter: gives none before version 11"
            ),
            new(
                "a request that finds no room to wait for held permits says so",
                On.Held,
                static async it =>
                {
                    var limiter = it.Create(1, queueLimit: 1);
                    Take(limiter, 1);
                    _ = Ask(limiter, 1);
                    Says(await EndOf(Ask(limiter, 1), "the request"));
                }
            ),
            new(
                "a request that finds no queue to wait for held permits says so",
                On.Held,
                static async it =>
                {
                    var limiter = it.Create(1);
                    Take(limiter, 1);
                    Says(await EndOf(Ask(limiter, 1), "the request"));
                }
            ),
            Held(
                "a request that does not want to wait for held permits hears no such reason",
                static it =>
                {
                    var limiter = it.Create(1);
                    Take(limiter, 1);
                    var refused = limiter.AttemptAcquire(1);
                    Must(!refused.TryGetMetadata(MetadataName.ReasonPhrase, out var reason), $"it hears: {reason}");
                }
            ),
        ];

    private static void Refuses(RateLimiter limiter, int permits)
    {
        Throws<ArgumentOutOfRangeException>(() => limiter.AttemptAcquire(permits), $"AttemptAcquire({permits})");
        Throws<ArgumentOutOfRangeException>(
            () => limiter.AcquireAsync(permits).AsTask().GetAwaiter().GetResult(),
            $"AcquireAsync({permits})"
        );
    }

    private static void HasNone(RateLimitLease lease)
    {
        Must(!lease.TryGetMetadata(MetadataName.RetryAfter, out _), "it has a RetryAfter");
        Must(!lease.TryGetMetadata(MetadataName.ReasonPhrase, out _), "it has a ReasonPhrase");
    }

    private static void NamesAll(RateLimitLease lease)
    {
        foreach (var name in new[] { MetadataName.RetryAfter.Name, MetadataName.ReasonPhrase.Name })
        {
            Must(!lease.TryGetMetadata(name, out _) || lease.MetadataNames.Contains(name), $"{name} is not named");
        }
    }

    private static void IsLater(RateLimitLease lease)
    {
        Must(!lease.IsAcquired, "it is admitted");
        Must(lease.TryGetMetadata(MetadataName.RetryAfter, out var after), "it does not");
        Must(after > TimeSpan.Zero, $"it says {after}");
        Must(lease.MetadataNames.Contains(MetadataName.RetryAfter.Name), "RetryAfter is not named");
    }

    private static void Says(RateLimitLease lease)
    {
        Must(!lease.IsAcquired, "it is admitted");
        Must(lease.TryGetMetadata(MetadataName.ReasonPhrase, out var reason), "it does not");
        Must(reason == "Queue limit reached", $"it says: {reason}");
        Must(lease.MetadataNames.Contains(MetadataName.ReasonPhrase.Name), "ReasonPhrase is not named");
    }
}
