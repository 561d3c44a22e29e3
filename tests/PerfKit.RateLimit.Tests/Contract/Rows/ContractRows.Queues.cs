using System.Threading.RateLimiting;
using static PerfKit.RateLimit.Tests.Contract.Rows.Subject;

namespace PerfKit.RateLimit.Tests.Contract.Rows;

public static partial class ContractRows
{
    private static Row[] Queues =>
        [
            Every(
                "without room to wait a request is refused at once",
                static async it =>
                {
                    var limiter = it.Create(1);
                    Take(limiter, 1);
                    var asked = Ask(limiter, 1);
                    Must(asked.IsCompleted, "it waits");
                    await Refused(asked, "it");
                }
            ),
            Every(
                "the oldest is served first",
                static async it =>
                {
                    var limiter = it.Create(1, queueLimit: 3);
                    var taken = Take(limiter, 1);
                    Task<RateLimitLease>[] waiting = [Ask(limiter, 1), Ask(limiter, 1), Ask(limiter, 1)];
                    for (var i = 0; i < waiting.Length; i++)
                    {
                        Queued(limiter, waiting.Length - i);
                        it.GiveBack(limiter, taken);
                        taken = await Granted(waiting[i], $"number {i}");
                        Must(!waiting.Skip(i + 1).Any(static later => later.IsCompleted), "a later one is served, too");
                    }

                    Queued(limiter, 0);
                }
            ),
            Every(
                "the oldest is served first, though less would be enough for the next",
                static async it =>
                {
                    var limiter = it.Create(3, queueLimit: 4);
                    var (one, two) = (Take(limiter, 1), Take(limiter, 1));
                    var (first, second) = (Ask(limiter, 3), Ask(limiter, 1));
                    Queued(limiter, 4);
                    Available(limiter, 1);
                    it.GiveBack(limiter, one, two);
                    var lease = await Granted(first, "the first");
                    Must(!second.IsCompleted, "the second is served, too");
                    it.GiveBack(limiter, lease);
                    _ = await Granted(second, "the second");
                }
            ),
            Every(
                "the newest is served first",
                static async it =>
                {
                    var limiter = it.Create(1, queueLimit: 3, QueueProcessingOrder.NewestFirst);
                    var taken = Take(limiter, 1);
                    Task<RateLimitLease>[] waiting = [Ask(limiter, 1), Ask(limiter, 1), Ask(limiter, 1)];
                    for (var i = waiting.Length - 1; i >= 0; i--)
                    {
                        Queued(limiter, i + 1);
                        it.GiveBack(limiter, taken);
                        taken = await Granted(waiting[i], $"number {i}");
                        Must(!waiting.Take(i).Any(static older => older.IsCompleted), "an older one is served, too");
                    }
                }
            ),
            Every(
                "several are served at once when there is enough",
                static async it =>
                {
                    var limiter = it.Create(3, queueLimit: 3);
                    var taken = Take(limiter, 3);
                    Task<RateLimitLease>[] waiting = [Ask(limiter, 1), Ask(limiter, 1), Ask(limiter, 1)];
                    it.GiveBack(limiter, taken);
                    foreach (var one in waiting)
                    {
                        _ = await Granted(one, "one");
                    }

                    Available(limiter, 0);
                }
            ),
            Every(
                "what is there is not taken before those who wait",
                static it =>
                {
                    var limiter = it.Create(2, queueLimit: 3);
                    Take(limiter, 1);
                    _ = Ask(limiter, 2);
                    Must(!limiter.AttemptAcquire(1).IsAcquired, "it is taken");
                    var later = Ask(limiter, 1);
                    Must(!later.IsCompleted, "it is taken asynchronously");
                    Queued(limiter, 3);
                    Available(limiter, 1);
                }
            ),
            Every(
                "with the newest first, what is there is taken before those who wait",
                static async it =>
                {
                    var limiter = it.Create(3, queueLimit: 3, QueueProcessingOrder.NewestFirst);
                    Take(limiter, 1);
                    var waits = Ask(limiter, 3);
                    Take(limiter, 1);
                    _ = await Granted(Ask(limiter, 1), "the newer");
                    Must(!waits.IsCompleted, "the older is served");
                    Available(limiter, 0);
                }
            ),
            Every(
                "a full queue refuses at once and keeps who waits",
                static async it =>
                {
                    var limiter = it.Create(1, queueLimit: 1);
                    var taken = Take(limiter, 1);
                    var waits = Ask(limiter, 1);
                    var late = Ask(limiter, 1);
                    Must(late.IsCompleted, "the late one waits");
                    await Refused(late, "the late one");
                    it.GiveBack(limiter, taken);
                    _ = await Granted(waits, "who waits");
                }
            ),
            Every(
                "a queue counts permits, not requests",
                static async it =>
                {
                    var limiter = it.Create(3, queueLimit: 3);
                    Take(limiter, 3);
                    _ = Ask(limiter, 2);
                    await Refused(Ask(limiter, 2), "2 more");
                    var one = Ask(limiter, 1);
                    Must(!one.IsCompleted, "1 more is refused");
                    Queued(limiter, 3);
                }
            ),
            Every(
                "a request larger than the queue is refused at once",
                static async it =>
                {
                    var limiter = it.Create(3, queueLimit: 2);
                    Take(limiter, 1);
                    var asked = Ask(limiter, 3);
                    Must(asked.IsCompleted, "it waits");
                    await Refused(asked, "it");
                    Queued(limiter, 0);
                }
            ),
            Every(
                "there is room again once somebody was served",
                static async it =>
                {
                    var limiter = it.Create(1, queueLimit: 1);
                    var taken = Take(limiter, 1);
                    var first = Ask(limiter, 1);
                    await Refused(Ask(limiter, 1), "the second");
                    it.GiveBack(limiter, taken);
                    taken = await Granted(first, "the first");
                    var third = Ask(limiter, 1);
                    Must(!third.IsCompleted, "the third is refused");
                    it.GiveBack(limiter, taken);
                    _ = await Granted(third, "the third");
                }
            ),
        ];

    private static Row[] Evictions =>
        [
            Every(
                "with the newest first, a full queue turns its oldest away",
                static async it =>
                {
                    var limiter = it.Create(1, queueLimit: 2, QueueProcessingOrder.NewestFirst);
                    var taken = Take(limiter, 1);
                    var (first, second, third) = (Ask(limiter, 1), Ask(limiter, 1), Ask(limiter, 1));
                    await Refused(first, "the oldest");
                    Must(!second.IsCompleted, "the second ends, too");
                    Queued(limiter, 2);
                    it.GiveBack(limiter, taken);
                    _ = await Granted(third, "the newest");
                }
            ),
            Every(
                "with the newest first, as many are turned away as are in the way",
                static async it =>
                {
                    var limiter = it.Create(3, queueLimit: 3, QueueProcessingOrder.NewestFirst);
                    Take(limiter, 3);
                    var (first, second, third) = (Ask(limiter, 1), Ask(limiter, 1), Ask(limiter, 1));
                    var large = Ask(limiter, 2);
                    await Refused(first, "the oldest");
                    await Refused(second, "the second");
                    Must(!third.IsCompleted, "the third ends, too");
                    Must(!large.IsCompleted, "the newest does not wait");
                    Queued(limiter, 3);
                }
            ),
            Every(
                "with the newest first, a request larger than the queue is refused and turns nobody away",
                static async it =>
                {
                    var limiter = it.Create(3, queueLimit: 2, QueueProcessingOrder.NewestFirst);
                    Take(limiter, 3);
                    var waits = Ask(limiter, 2);
                    await Refused(Ask(limiter, 3), "the large one");
                    Must(!waits.IsCompleted, "who waits is turned away");
                    Queued(limiter, 2);
                }
            ),
            Every(
                "who was turned away takes nothing later",
                static async it =>
                {
                    var limiter = it.Create(1, queueLimit: 1, QueueProcessingOrder.NewestFirst);
                    var taken = Take(limiter, 1);
                    var (first, second) = (Ask(limiter, 1), Ask(limiter, 1));
                    await Refused(first, "the oldest");
                    it.GiveBack(limiter, taken);
                    taken = await Granted(second, "the newest");
                    it.GiveBack(limiter, taken);
                    Available(limiter, 1);
                    Queued(limiter, 0);
                }
            ),
        ];

    private static Row[] Cancellations =>
        [
            Every(
                "cancellation ends a wait with the caller's token",
                static async it =>
                {
                    using var source = new CancellationTokenSource();
                    var limiter = it.Create(1, queueLimit: 1);
                    Take(limiter, 1);
                    var waits = Ask(limiter, 1, source.Token);
                    source.Cancel();
                    var cancelled = await Cancelled(waits, "who waits");
                    Must(cancelled.CancellationToken == source.Token, "the token is another");
                    Must(waits.IsCanceled, $"the task is {waits.Status}");
                }
            ),
            Every(
                "cancellation makes room in the queue",
                static async it =>
                {
                    using var source = new CancellationTokenSource();
                    var limiter = it.Create(1, queueLimit: 1);
                    var taken = Take(limiter, 1);
                    var first = Ask(limiter, 1, source.Token);
                    source.Cancel();
                    _ = await Cancelled(first, "the first");
                    Queued(limiter, 0);
                    var second = Ask(limiter, 1);
                    Must(!second.IsCompleted, "the second is refused");
                    it.GiveBack(limiter, taken);
                    _ = await Granted(second, "the second");
                }
            ),
            Every(
                "cancellation lets the next be served",
                static async it =>
                {
                    using var source = new CancellationTokenSource();
                    var limiter = it.Create(2, queueLimit: 3);
                    var taken = Take(limiter, 2);
                    var (first, second) = (Ask(limiter, 2, source.Token), Ask(limiter, 1));
                    source.Cancel();
                    it.GiveBack(limiter, taken);
                    _ = await Granted(second, "the next");
                    _ = await Cancelled(first, "the first");
                    Available(limiter, 1);
                }
            ),
            Every(
                "with the newest first, room is made by who was cancelled, and nobody is turned away",
                static async it =>
                {
                    using var source = new CancellationTokenSource();
                    var limiter = it.Create(1, queueLimit: 2, QueueProcessingOrder.NewestFirst);
                    Take(limiter, 1);
                    var (first, second) = (Ask(limiter, 1), Ask(limiter, 1, source.Token));
                    source.Cancel();
                    _ = await Cancelled(second, "the second");
                    _ = Ask(limiter, 1);
                    Queued(limiter, 2);
                    Must(!first.IsCompleted, "the first is turned away");
                }
            ),
            Every(
                "a token that is cancelled already takes nothing and waits for nothing",
                static async it =>
                {
                    var token = new CancellationToken(canceled: true);
                    var limiter = it.Create(1, queueLimit: 1);
                    var cancelled = await Cancelled(Ask(limiter, 1, token), "a request for a permit that is there");
                    Must(cancelled.CancellationToken == token, "the token is another");
                    Take(limiter, 1);
                    _ = await Cancelled(Ask(limiter, 1, token), "a request that would wait");
                    Queued(limiter, 0);
                    Totals(limiter, 1, 0);
                }
            ),
            Every(
                "cancellation after the grant changes nothing",
                static async it =>
                {
                    using var source = new CancellationTokenSource();
                    var limiter = it.Create(1, queueLimit: 1);
                    var taken = Take(limiter, 1);
                    var waits = Ask(limiter, 1, source.Token);
                    it.GiveBack(limiter, taken);
                    var lease = await Granted(waits, "who waits");
                    source.Cancel();
                    Must(lease.IsAcquired, "the lease is gone");
                    Available(limiter, 0);
                    Must(!limiter.AttemptAcquire(1).IsAcquired, "the permit is there again");
                    Totals(limiter, 2, 1);
                }
            ),
            Every(
                "one source may cancel many who wait",
                static async it =>
                {
                    using var source = new CancellationTokenSource();
                    var limiter = it.Create(1, queueLimit: 10);
                    var taken = Take(limiter, 1);
                    var waiting = Enumerable.Range(0, 10).Select(_ => Ask(limiter, 1, source.Token)).ToList();
                    source.Cancel();
                    foreach (var one in waiting)
                    {
                        _ = await Cancelled(one, "one");
                    }

                    Queued(limiter, 0);
                    it.GiveBack(limiter, taken);
                    Take(limiter, 1);
                }
            ),
        ];
}
