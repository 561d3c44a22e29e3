using System.Threading.RateLimiting;
using static PerfKit.RateLimit.Tests.Contract.Rows.Subject;

namespace PerfKit.RateLimit.Tests.Contract.Rows;

public static partial class ContractRows
{
    private static readonly AsyncLocal<string?> Ambient = new();

    private static Row[] Awaiting =>
        [
            Every(
                "who is served goes on elsewhere, not within the call that gave back",
                static async it =>
                {
                    var limiter = it.Create(1, queueLimit: 1);
                    var taken = Take(limiter, 1);
                    using var called = new ManualResetEventSlim();
                    var goesOn = GoOn(limiter, called);
                    it.GiveBack(limiter, taken);
                    called.Set();
                    Must(await goesOn, "the call that gave back waits for who was served");
                }
            ),
            Every(
                "who is refused by disposal goes on elsewhere",
                static async it =>
                {
                    var limiter = it.Create(1, queueLimit: 1);
                    Take(limiter, 1);
                    using var called = new ManualResetEventSlim();
                    var goesOn = GoOn(limiter, called);
                    limiter.Dispose();
                    called.Set();
                    Must(await goesOn, "disposal waits for who was refused");
                }
            ),
            Every(
                "what is ambient flows to who awaits",
                static async it =>
                {
                    var limiter = it.Create(1, queueLimit: 2);
                    var taken = Take(limiter, 1);
                    var waiting = new[] { Flow(limiter, "first"), Flow(limiter, "second") };
                    Ambient.Value = "releasing";
                    it.GiveBack(limiter, taken);
                    var (lease, ambient) = await waiting[0];
                    Must(ambient == "first", $"the first finds {ambient}");
                    it.GiveBack(limiter, lease);
                    (_, ambient) = await waiting[1];
                    Must(ambient == "second", $"the second finds {ambient}");
                }
            ),
            Every(
                "what is ambient flows to a callback",
                static async it =>
                {
                    var limiter = it.Create(1, queueLimit: 1);
                    var taken = Take(limiter, 1);
                    var found = new TaskCompletionSource<string?>();
                    Ambient.Value = "asking";
                    CallBack(limiter.AcquireAsync(1), () => found.SetResult(Ambient.Value));
                    Ambient.Value = "releasing";
                    it.GiveBack(limiter, taken);
                    var ambient = await found.Task.WaitAsync(Patience);
                    Must(ambient == "asking", $"it finds {ambient}");
                }
            ),
            Every(
                "who is served may ask again at once",
                static async it =>
                {
                    var limiter = it.Create(1, queueLimit: 5);
                    var taken = Take(limiter, 1);
                    for (var i = 0; i < 5; i++)
                    {
                        var waits = Ask(limiter, 1);
                        it.GiveBack(limiter, taken);
                        taken = await Granted(waits, $"request {i}");
                    }

                    Queued(limiter, 0);
                    Totals(limiter, 6, 0);
                }
            ),
        ];

    private static Row[] Wrappers =>
        [
            Every(
                "in a partitioned limiter each key has permits of its own",
                static it =>
                {
                    using var keyed = PartitionedRateLimiter.Create<string, string>(key =>
                        RateLimitPartition.Get(key, _ => it.Create(1))
                    );
                    Must(keyed.AttemptAcquire("one").IsAcquired, "the first key is refused");
                    Must(!keyed.AttemptAcquire("one").IsAcquired, "the first key is admitted twice");
                    Must(keyed.AttemptAcquire("two").IsAcquired, "the second key is refused");
                    Must(keyed.GetStatistics("one")!.TotalFailedLeases == 1, "the statistics are another's");
                }
            ),
            Every(
                "in a partitioned limiter requests wait, are served, cancelled and refused by disposal",
                static async it =>
                {
                    RateLimiter? made = null;
                    using var source = new CancellationTokenSource();
                    var keyed = PartitionedRateLimiter.Create<string, string>(key =>
                        RateLimitPartition.Get(key, _ => made = it.Create(1, queueLimit: 3))
                    );
                    var taken = keyed.AttemptAcquire("key");
                    var first = keyed.AcquireAsync("key").AsTask();
                    var second = keyed.AcquireAsync("key", 1, source.Token).AsTask();
                    var third = keyed.AcquireAsync("key").AsTask();
                    it.GiveBack(made!, taken);
                    _ = await Granted(first, "the first");
                    source.Cancel();
                    _ = await Cancelled(second, "the second");
                    Must(!third.IsCompleted, "the third ends");
                    await keyed.DisposeAsync();
                    await Refused(third, "the third");
                    Throws<ObjectDisposedException>(() => made!.AttemptAcquire(1), "the key's limiter");
                }
            ),
            Every(
                "in a partitioned limiter with translated keys permits come back",
                static it =>
                {
                    RateLimiter? made = null;
                    using var keyed = PartitionedRateLimiter.Create<string, string>(key =>
                        RateLimitPartition.Get(key, _ => made = it.Create(1))
                    );
                    using var numbered = keyed.WithTranslatedKey<int>(static number => $"{number}", leaveOpen: true);
                    var taken = numbered.AttemptAcquire(7);
                    Must(!keyed.AttemptAcquire("7").IsAcquired, "the keys are two");
                    it.GiveBack(made!, taken);
                    Must(keyed.AttemptAcquire("7").IsAcquired, "the permit is not back");
                }
            ),
            Every(
                "in a chain the narrowest limiter decides",
                static it =>
                {
                    var (wide, narrow) = (it.Create(5), it.Create(2));
                    using var chain = RateLimiter.CreateChained(wide, narrow);
                    Take(chain, 1);
                    Take(chain, 1);
                    Available(chain, 0);
                    Must(!chain.AttemptAcquire(1).IsAcquired, "a third is admitted");
                }
            ),
            Every(
                "in a chain a refusal by a later limiter gives back what an earlier one held",
                static it =>
                {
                    var (wide, narrow) = (it.Create(5), it.Create(1));
                    using var chain = RateLimiter.CreateChained(wide, narrow);
                    Take(chain, 1);
                    Must(!chain.AttemptAcquire(1).IsAcquired, "a second is admitted");
                    Available(wide, it.IsTimed ? 3 : 4);
                }
            ),
            Every(
                "in a chain permits come back",
                static async it =>
                {
                    var (wide, narrow) = (it.Create(5), it.Create(2));
                    using var chain = RateLimiter.CreateChained(wide, narrow);
                    var taken = await Granted(Ask(chain, 2), "a request");
                    it.GiveBack(wide, taken);
                    it.GiveBack(narrow);
                    Available(wide, 5);
                    Available(narrow, 2);
                    Must(chain.IdleDuration is not null, "the chain is not idle");
                }
            ),
            Timed(
                "in a chain a refusal says after what time to come again",
                static it =>
                {
                    var (wide, narrow) = (it.Create(5), it.Create(2));
                    using var chain = RateLimiter.CreateChained(wide, narrow);
                    Take(chain, 2).Dispose();
                    var refused = chain.AttemptAcquire(1);
                    Must(refused.TryGetMetadata(MetadataName.RetryAfter, out var after), "it does not");
                    Must(after > TimeSpan.Zero, $"it says {after}");
                },
                theirFaults: "SlidingWindowRateLimiter: gives none before version 11"
            ),
        ];

    /// <summary>Waits for a permit, and then for the end of the call that gave it; false when that never comes.</summary>
    private static async Task<bool> GoOn(RateLimiter limiter, ManualResetEventSlim called)
    {
        _ = await limiter.AcquireAsync(1).ConfigureAwait(false);
        return called.Wait(TimeSpan.FromSeconds(2));
    }

    private static void CallBack(ValueTask<RateLimitLease> asked, Action callback) =>
        asked.GetAwaiter().OnCompleted(callback);

    private static async Task<(RateLimitLease Lease, string? Ambient)> Flow(RateLimiter limiter, string ambient)
    {
        Ambient.Value = ambient;
        var lease = await limiter.AcquireAsync(1).ConfigureAwait(false);
        return (lease, Ambient.Value);
    }
}
