using System.Threading.RateLimiting;
using static PerfKit.RateLimit.Tests.Contract.Rows.Subject;

namespace PerfKit.RateLimit.Tests.Contract.Rows;

public static partial class ContractRows
{
    private static Row[] Statistics =>
        [
            Every(
                "a new limiter has all permits and counted nothing",
                static it =>
                {
                    var limiter = it.Create(7, queueLimit: 3);
                    Available(limiter, 7);
                    Queued(limiter, 0);
                    Totals(limiter, 0, 0);
                }
            ),
            Every(
                "each call gives statistics of its own",
                static it =>
                {
                    var limiter = it.Create(2);
                    var before = limiter.GetStatistics()!;
                    Take(limiter, 1);
                    Must(before.CurrentAvailablePermits == 2, "the first changed");
                    Available(limiter, 1);
                }
            ),
            Every(
                "requests are counted, not permits",
                static async it =>
                {
                    var limiter = it.Create(5);
                    Take(limiter, 3);
                    _ = await Granted(Ask(limiter, 2), "the request");
                    Totals(limiter, 2, 0);
                    _ = limiter.AttemptAcquire(3);
                    await Refused(Ask(limiter, 5), "the large request");
                    Totals(limiter, 2, 2);
                }
            ),
            Every(
                "requests for 0 permits are counted like others",
                static async it =>
                {
                    var limiter = it.Create(1, queueLimit: 1);
                    Take(limiter, 0);
                    _ = await Granted(Ask(limiter, 0), "the request");
                    Totals(limiter, 2, 0);
                    var taken = Take(limiter, 1);
                    _ = limiter.AttemptAcquire(0);
                    Totals(limiter, 3, 1);
                    var waits = Ask(limiter, 0);
                    Queued(limiter, 0);
                    Totals(limiter, 3, 1);
                    it.GiveBack(limiter, taken);
                    _ = await Granted(waits, "who waits");
                    Totals(limiter, 4, 1);
                }
            ),
            Every(
                "who waits is counted when served",
                static async it =>
                {
                    var limiter = it.Create(2, queueLimit: 3);
                    var taken = Take(limiter, 2);
                    var (one, two) = (Ask(limiter, 1), Ask(limiter, 2));
                    Queued(limiter, 3);
                    Totals(limiter, 1, 0);
                    it.GiveBack(limiter, taken);
                    taken = await Granted(one, "the first");
                    Queued(limiter, 2);
                    Totals(limiter, 2, 0);
                    it.GiveBack(limiter, taken);
                    _ = await Granted(two, "the second");
                    Queued(limiter, 0);
                    Totals(limiter, 3, 0);
                }
            ),
            Every(
                "who finds the queue full is counted as failed",
                static async it =>
                {
                    var limiter = it.Create(1, queueLimit: 1);
                    Take(limiter, 1);
                    _ = Ask(limiter, 1);
                    await Refused(Ask(limiter, 1), "the late one");
                    Queued(limiter, 1);
                    Totals(limiter, 1, 1);
                }
            ),
            Every(
                "who is turned away is counted as failed",
                static async it =>
                {
                    var limiter = it.Create(1, queueLimit: 1, QueueProcessingOrder.NewestFirst);
                    Take(limiter, 1);
                    var first = Ask(limiter, 1);
                    _ = Ask(limiter, 1);
                    await Refused(first, "the oldest");
                    Queued(limiter, 1);
                    Totals(limiter, 1, 1);
                }
            ),
            Every(
                "who is cancelled is not counted",
                static async it =>
                {
                    using var source = new CancellationTokenSource();
                    var limiter = it.Create(1, queueLimit: 1);
                    var taken = Take(limiter, 1);
                    var waits = Ask(limiter, 1, source.Token);
                    source.Cancel();
                    _ = await Cancelled(waits, "who waits");
                    Queued(limiter, 0);
                    it.GiveBack(limiter, taken);
                    Available(limiter, 1);
                    Totals(limiter, 1, 0);
                }
            ),
        ];

    private static Row[] HugeLimits =>
        [
            Every(
                "int.MaxValue permits can be taken at once and come back",
                static it =>
                {
                    var limiter = it.Create(int.MaxValue);
                    Available(limiter, int.MaxValue);
                    var lease = Take(limiter, int.MaxValue);
                    Available(limiter, 0);
                    Must(!limiter.AttemptAcquire(int.MaxValue).IsAcquired, "they can be taken twice");
                    Must(!limiter.AttemptAcquire(1).IsAcquired, "one more can be taken");
                    it.GiveBack(limiter, lease);
                    Available(limiter, int.MaxValue);
                    Take(limiter, int.MaxValue);
                }
            ),
            Every(
                "int.MaxValue permits can be taken but for one, and then the one",
                static it =>
                {
                    var limiter = it.Create(int.MaxValue);
                    Take(limiter, int.MaxValue - 1);
                    Available(limiter, 1);
                    Must(!limiter.AttemptAcquire(2).IsAcquired, "two are left");
                    Must(!limiter.AttemptAcquire(int.MaxValue).IsAcquired, "all are left");
                    Take(limiter, 1);
                    Available(limiter, 0);
                    Must(!limiter.AttemptAcquire(1).IsAcquired, "one more can be taken");
                }
            ),
            Every(
                "a queue of int.MaxValue permits is full with so many",
                static async it =>
                {
                    var limiter = it.Create(int.MaxValue, queueLimit: int.MaxValue);
                    var taken = Take(limiter, int.MaxValue);
                    var large = Ask(limiter, int.MaxValue - 1);
                    var small = Ask(limiter, 1);
                    Queued(limiter, int.MaxValue);
                    await Refused(Ask(limiter, 1), "one more");
                    await Refused(Ask(limiter, int.MaxValue), "int.MaxValue more");
                    it.GiveBack(limiter, taken);
                    _ = await Granted(large, "the large one");
                    _ = await Granted(small, "the small one");
                    Available(limiter, 0);
                    Queued(limiter, 0);
                }
            ),
            Every(
                "with the newest first, int.MaxValue permits turn away int.MaxValue permits",
                static async it =>
                {
                    var limiter = it.Create(int.MaxValue, int.MaxValue, QueueProcessingOrder.NewestFirst);
                    var taken = Take(limiter, int.MaxValue);
                    var first = Ask(limiter, int.MaxValue);
                    var second = Ask(limiter, int.MaxValue);
                    await Refused(first, "the oldest");
                    Queued(limiter, int.MaxValue);
                    it.GiveBack(limiter, taken);
                    _ = await Granted(second, "the newest");
                }
            ),
            Every(
                "one of int.MaxValue permits can be taken again and again",
                static it =>
                {
                    var limiter = it.Create(int.MaxValue);
                    for (var i = 0; i < 1_000; i++)
                    {
                        Take(limiter, 1);
                    }

                    Available(limiter, int.MaxValue - 1_000);
                    Totals(limiter, 1_000, 0);
                }
            ),
        ];
}
