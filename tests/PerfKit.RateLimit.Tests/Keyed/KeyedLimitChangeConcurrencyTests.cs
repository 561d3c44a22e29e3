using Microsoft.Extensions.Time.Testing;

namespace PerfKit.RateLimit.Tests;

/// <summary>Threads that decide, hold and give back while another changes the limits without a pause; the clock stands still.</summary>
public sealed class KeyedLimitChangeConcurrencyTests
{
    private const LimitAlgorithm Bucket = LimitAlgorithm.TokenBucket;
    private const LimitAlgorithm Window = LimitAlgorithm.FixedWindow;
    private const LimitAlgorithm Held = LimitAlgorithm.Concurrency;
    private const int Threads = 3;
    private const int Fewer = 100;
    private const int More = 200;

    [Theory]
    [InlineData(Bucket, Bucket, 1)]
    [InlineData(Window, Window, 1)]
    [InlineData(Bucket, Window, 1)]
    [InlineData(Window, Bucket, 1)]
    [InlineData(Bucket, Bucket, 300)]
    [InlineData(Bucket, Window, 300)]
    public async Task A_key_is_admitted_the_larger_limit_exactly(LimitAlgorithm one, LimitAlgorithm other, int keys)
    {
        using var limiter = Create(1_000, Limit(one, More));
        var admitted = new int[keys];

        await RunAsync(
            limiter,
            [
                [Limit(other, Fewer)],
                [Limit(one, More)],
            ],
            random =>
            {
                var key = random.Next(keys);
                var permits = random.Next(1, 3);
                if (limiter.Spend(LimitKey.Of(key), permits, out _).IsAdmitted)
                {
                    Interlocked.Add(ref admitted[key], permits);
                }
            }
        );

        admitted.Should().OnlyContain(it => it <= More);
        Enumerable.Range(0, keys).Should().OnlyContain(key => Available(limiter, key) == More - admitted[key]);
        Enumerable.Range(0, 1_000).Count(_ => limiter.Decide(0).IsAdmitted).Should().Be(More - admitted[0]);
    }

    [Fact]
    public async Task Keys_that_share_are_admitted_no_more_than_the_places_hold()
    {
        using var limiter = Create(1, Limit(Bucket, More)); // 8 places and a shared one.
        var admitted = 0;

        await RunAsync(
            limiter,
            [
                [Limit(Bucket, Fewer)],
                [Limit(Bucket, More)],
            ],
            random =>
            {
                if (limiter.Decide(random.Next(50)).IsAdmitted)
                {
                    Interlocked.Increment(ref admitted);
                }
            }
        );

        admitted.Should().BeLessThanOrEqualTo(9 * More);
        var rest = Enumerable.Range(0, 50 * More).Count(i => limiter.Decide(i % 50).IsAdmitted);
        (admitted + rest).Should().Be(9 * More, "no place lost a permit");
    }

    [Fact]
    public async Task Several_limits_are_spent_together_or_not_at_all()
    {
        using var limiter = Create(100, Limit(Window, More), Limit(Bucket, More + More));
        var admitted = 0;

        await RunAsync(
            limiter,
            [
                [Limit(Bucket, Fewer), Limit(Window, More)],
                [Limit(Window, More), Limit(Bucket, More + More)],
            ],
            _ =>
            {
                if (limiter.Decide(7).IsAdmitted)
                {
                    Interlocked.Increment(ref admitted);
                }
            }
        );

        admitted.Should().BeLessThanOrEqualTo(More);
        limiter.Explain(7).Should().StartWith($"'7' has {More - admitted} of {More} ");
        limiter.Explain(7).Should().Contain($"; and {More + More - admitted} of {More + More} ");
    }

    [Theory]
    [InlineData(Held)]
    [InlineData(Bucket, Held)]
    [InlineData(Held, Window)]
    public async Task Leases_returned_across_changes_end_at_none_held(params LimitAlgorithm[] algorithms)
    {
        const int keys = 60;
        const int most = 4;
        using var limiter = Create(1, LimitsOf(algorithms, most)); // Most keys share.
        var held = new int[keys];
        var tooMany = 0;

        void Hold(Random random, int more)
        {
            var key = random.Next(keys);
            using var lease = limiter.AttemptAcquire(key);
            if (lease.IsAcquired && Interlocked.Increment(ref held[key]) > most)
            {
                Interlocked.Increment(ref tooMany);
            }

            if (more > 0)
            {
                Hold(random, more - 1);
            }

            if (lease.IsAcquired)
            {
                Interlocked.Decrement(ref held[key]);
            }
        }

        await RunAsync(
            limiter,
            [LimitsOf(algorithms, 2), LimitsOf(algorithms, most)],
            random => Hold(random, more: random.Next(4))
        );

        tooMany.Should().Be(0);
        Enumerable.Range(0, keys).Should().OnlyContain(key => Available(limiter, key) == most);
    }

    [Theory]
    [InlineData(Bucket)]
    [InlineData(Window)]
    [InlineData(Held)]
    public async Task What_is_given_back_is_never_more_than_was_spent(LimitAlgorithm algorithm)
    {
        using var limiter = Create(100, Limit(algorithm, More));
        var key = LimitKey.Of(7);
        var spent = 0;
        var most = 0;

        await RunAsync(
            limiter,
            [
                [Limit(algorithm, Fewer)],
                [Limit(algorithm, More)],
            ],
            random =>
            {
                if (limiter.Spend(key, 3, out var spending).IsAdmitted)
                {
                    var now = Interlocked.Add(ref spent, 3);
                    most = Math.Max(now, most);
                    if (random.Next(20) > 0)
                    {
                        Interlocked.Add(ref spent, -3); // Before: another may spend them at once.
                        limiter.GiveBack(key, 3, spending);
                    }
                }
            }
        );

        most.Should().BeLessThanOrEqualTo(More);
        Available(limiter, 7).Should().BeLessThanOrEqualTo(More - spent);
        (algorithm != Held || Available(limiter, 7) == More - spent).Should().BeTrue("what was held is all back");
    }

    private static async Task RunAsync(KeyedLimiter<int> limiter, LimitOptions[][] changes, Action<Random> step)
    {
        using var isDone = new CancellationTokenSource();
        var changing = Task.Run(() =>
        {
            var count = 0;
            while (count % changes.Length != 0 || count < 1_000 || !isDone.IsCancellationRequested)
            {
                limiter.Change(changes[count++ % changes.Length]);
            }
        });

        await Task.WhenAll(
            Enumerable
                .Range(0, Threads)
                .Select(thread =>
                    Task.Run(() =>
                    {
                        var random = new Random(thread);
                        for (var i = 0; i < 10_000; i++)
                        {
                            step(random);
                        }
                    })
                )
        );
        await isDone.CancelAsync();
        await changing;
    }

    private static LimitOptions[] LimitsOf(LimitAlgorithm[] algorithms, int held) =>
        [.. algorithms.Select(it => Limit(it, it == Held ? held : (held * 1_000_000)))];

    private static LimitOptions Limit(LimitAlgorithm algorithm, int permits) =>
        new()
        {
            Algorithm = algorithm,
            Permits = permits,
            Period = TimeSpan.FromMinutes(1),
        };

    private static int Available(KeyedLimiter<int> limiter, int key) =>
        (int)limiter.GetStatistics(key)!.CurrentAvailablePermits;

    private static KeyedLimiter<int> Create(int maxKeys, params LimitOptions[] limits) =>
        new(static key => LimitKey.Of(key), limits, maxKeys, new FakeTimeProvider());
}
