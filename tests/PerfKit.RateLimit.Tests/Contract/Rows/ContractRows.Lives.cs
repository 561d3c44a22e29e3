using System.Threading.RateLimiting;
using static PerfKit.RateLimit.Tests.Contract.Rows.Subject;

namespace PerfKit.RateLimit.Tests.Contract.Rows;

public static partial class ContractRows
{
    private static Row[] Leases =>
        [
            Every(
                "permits come back",
                static it =>
                {
                    var limiter = it.Create(3);
                    var leases = new[] { Take(limiter, 2), Take(limiter, 1) };
                    Available(limiter, 0);
                    it.GiveBack(limiter, leases);
                    Available(limiter, 3);
                    Take(limiter, 3);
                }
            ),
            Held(
                "a lease gives back what it holds when it is disposed",
                static it =>
                {
                    var limiter = it.Create(3);
                    var (two, one) = (Take(limiter, 2), Take(limiter, 1));
                    it.GiveBack(limiter, two);
                    Available(limiter, 2);
                    it.GiveBack(limiter, one);
                    Available(limiter, 3);
                }
            ),
            Held(
                "a lease disposed twice gives back once",
                static it =>
                {
                    var limiter = it.Create(2);
                    var (first, second) = (Take(limiter, 1), Take(limiter, 1));
                    it.GiveBack(limiter, first, first);
                    Available(limiter, 1);
                    it.GiveBack(limiter, second, second, first);
                    Available(limiter, 2);
                }
            ),
            Held(
                "a lease disposed twice gives back once, though others were taken meanwhile",
                static it =>
                {
                    var limiter = it.Create(100);
                    var old = Take(limiter, 1);
                    it.GiveBack(limiter, old);
                    var newer = Enumerable.Range(0, 100).Select(_ => Take(limiter, 1)).ToArray();
                    it.GiveBack(limiter, old);
                    Available(limiter, 0);
                    it.GiveBack(limiter, newer);
                    Available(limiter, 100);
                    it.GiveBack(limiter, [old, .. newer]);
                    Available(limiter, 100);
                }
            ),
            Every(
                "disposing a refusal or a lease of nothing gives nothing back",
                static it =>
                {
                    var limiter = it.Create(2);
                    Take(limiter, 0).Dispose();
                    Take(limiter, 2);
                    limiter.AttemptAcquire(1).Dispose();
                    limiter.AttemptAcquire(0).Dispose();
                    Available(limiter, 0);
                }
            ),
            Timed(
                "disposing a lease brings no permits back before their time",
                static it =>
                {
                    var limiter = it.Create(2);
                    Take(limiter, 2).Dispose();
                    Available(limiter, 0);
                    Must(!limiter.AttemptAcquire(1).IsAcquired, "one is admitted");
                }
            ),
        ];

    private static Row[] Disposals =>
        [
            Every("disposal refuses all who wait", static it => EndsAll(it, QueueProcessingOrder.OldestFirst)),
            Every(
                "disposal refuses all who wait with the newest first",
                static it => EndsAll(it, QueueProcessingOrder.NewestFirst)
            ),
            Every(
                "after disposal nothing may be asked",
                static it =>
                {
                    var limiter = it.Create(2, queueLimit: 2);
                    limiter.Dispose();
                    IsGone(limiter);
                }
            ),
            Every(
                "after disposal nothing may be asked, also when none is there",
                static it =>
                {
                    var limiter = it.Create(1);
                    Take(limiter, 1);
                    Must(!limiter.AttemptAcquire(1).IsAcquired, "a second is admitted");
                    limiter.Dispose();
                    IsGone(limiter);
                }
            ),
            Every(
                "a limiter may be disposed twice, both ways",
                static async it =>
                {
                    var limiter = it.Create(1, queueLimit: 1);
                    limiter.Dispose();
                    limiter.Dispose();
                    await limiter.DisposeAsync();
                    await limiter.DisposeAsync();
                }
            ),
            Every(
                "asynchronous disposal refuses all who wait, and nothing may be asked",
                static async it =>
                {
                    var limiter = it.Create(1, queueLimit: 1);
                    Take(limiter, 1);
                    var waits = Ask(limiter, 1);
                    await limiter.DisposeAsync();
                    await Refused(waits, "who waits");
                    IsGone(limiter);
                }
            ),
            Every(
                "a lease may be disposed after its limiter",
                static it =>
                {
                    var limiter = it.Create(1, queueLimit: 1);
                    var lease = Take(limiter, 1);
                    var refused = limiter.AttemptAcquire(1);
                    limiter.Dispose();
                    lease.Dispose();
                    refused.Dispose();
                    _ = refused.TryGetMetadata(MetadataName.RetryAfter, out _);
                }
            ),
            Every(
                "cancellation after disposal changes nothing",
                static async it =>
                {
                    using var source = new CancellationTokenSource();
                    var limiter = it.Create(1, queueLimit: 1);
                    Take(limiter, 1);
                    var waits = Ask(limiter, 1, source.Token);
                    limiter.Dispose();
                    source.Cancel();
                    await Refused(waits, "who waits");
                }
            ),
            Every(
                "wrong permit counts are argument errors after disposal, too",
                static it =>
                {
                    var limiter = it.Create(1);
                    limiter.Dispose();
                    Refuses(limiter, -1);
                    Refuses(limiter, 2);
                }
            ),
        ];

    private static Row[] Idling =>
        [
            Every(
                "a new limiter is idle, longer and longer",
                static it =>
                {
                    var limiter = it.Create(1);
                    Must(limiter.IdleDuration is not null, "it is not idle");
                    GrowsIdle(it, limiter);
                }
            ),
            Every(
                "a limiter is not idle while permits are out",
                static it =>
                {
                    var limiter = it.Create(2);
                    var lease = Take(limiter, 1);
                    Must(limiter.IdleDuration is null, "it is idle");
                    it.Pass();
                    Must(limiter.IdleDuration is null, "it is idle after a while");
                    GC.KeepAlive(lease);
                }
            ),
            Every(
                "a limiter is not idle while somebody waits",
                static it =>
                {
                    var limiter = it.Create(1, queueLimit: 1);
                    Take(limiter, 1);
                    _ = Ask(limiter, 0);
                    Must(limiter.IdleDuration is null, "it is idle while 0 are waited for");
                    _ = Ask(limiter, 1);
                    Must(limiter.IdleDuration is null, "it is idle");
                }
            ),
            Every(
                "a limiter is idle from when all permits are back",
                static it =>
                {
                    var limiter = it.Create(2);
                    for (var i = 0; i < 10; i++)
                    {
                        it.Pass();
                    }

                    var before = limiter.IdleDuration;
                    var (one, other) = (Take(limiter, 1), Take(limiter, 1));
                    Must(limiter.IdleDuration is null, "it is idle at once");
                    it.GiveBack(limiter, one, other);
                    Must(limiter.IdleDuration is not null, "it is not idle");
                    Must(limiter.IdleDuration < before, $"it is idle for {limiter.IdleDuration}, since it was made");
                    GrowsIdle(it, limiter);
                }
            ),
            Held(
                "a limiter is not idle while one of two leases is out",
                static it =>
                {
                    var limiter = it.Create(2);
                    var (one, other) = (Take(limiter, 1), Take(limiter, 1));
                    it.GiveBack(limiter, one);
                    Must(limiter.IdleDuration is null, "it is idle");
                    it.GiveBack(limiter, other);
                    Must(limiter.IdleDuration is not null, "it is not idle when both are back");
                }
            ),
            Every(
                "asking for 0 permits leaves a limiter idle",
                static it =>
                {
                    var limiter = it.Create(1);
                    it.Pass();
                    Take(limiter, 0);
                    Must(limiter.IdleDuration > TimeSpan.Zero, $"it is idle for {limiter.IdleDuration}");
                }
            ),
            Every(
                "idle time can be read after disposal",
                static it =>
                {
                    var limiter = it.Create(1);
                    limiter.Dispose();
                    _ = limiter.IdleDuration;
                }
            ),
        ];

    private static void GrowsIdle(Subject it, RateLimiter limiter)
    {
        var first = limiter.IdleDuration;
        it.Pass();
        Must(limiter.IdleDuration > first, $"idle time goes from {first} to {limiter.IdleDuration}");
    }

    private static async Task EndsAll(Subject it, QueueProcessingOrder order)
    {
        var limiter = it.Create(1, queueLimit: 3, order);
        Take(limiter, 1);
        Task<RateLimitLease>[] waiting = [Ask(limiter, 1), Ask(limiter, 1), Ask(limiter, 0), Ask(limiter, 1)];
        limiter.Dispose();
        foreach (var one in waiting)
        {
            await Refused(one, "one");
        }
    }

    private static void IsGone(RateLimiter limiter)
    {
        Throws<ObjectDisposedException>(() => limiter.AttemptAcquire(1), "AttemptAcquire");
        Throws<ObjectDisposedException>(() => limiter.AttemptAcquire(0), "AttemptAcquire of 0");
        Throws<ObjectDisposedException>(
            () => limiter.AcquireAsync(1).AsTask().GetAwaiter().GetResult(),
            "AcquireAsync"
        );
        Throws<ObjectDisposedException>(
            () => limiter.AcquireAsync(0).AsTask().GetAwaiter().GetResult(),
            "AcquireAsync of 0"
        );
        Throws<ObjectDisposedException>(() => limiter.GetStatistics(), "GetStatistics");
    }
}
