using Microsoft.Extensions.Time.Testing;

namespace PerfKit.RateLimit.Tests;

/// <summary>Several threads on a table so small that keys take each other's slots all the time.</summary>
public sealed class KeyedLimiterConcurrencyTests
{
    private const int Threads = 4;

    private static readonly string[] Keys = Enumerable.Range(0, 3_000).Select(key => $"key {key}").ToArray();

    [Fact]
    public async Task Threads_on_one_key_are_admitted_the_burst_exactly()
    {
        using var limiter = Create(burst: 5_000, new FakeTimeProvider());
        var admitted = new int[1];

        await RunAsync(1, 4_000, (_, _) => Count(admitted, 0, limiter.Decide("key")));

        admitted[0].Should().Be(5_000);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task No_key_gets_more_than_burst_and_rate_while_slots_change_hands(int seed)
    {
        const int keys = 200;
        const int burst = 3;
        var clock = new FakeTimeProvider();
        using var limiter = Create(burst, clock); // 10 a second, 8 slots.
        var admitted = new int[keys];
        var started = clock.GetUtcNow();
        var names = Enumerable.Range(0, keys).Select(key => $"key {key}").ToArray();

        await RunAsync(
            seed,
            50_000,
            (random, thread) =>
            {
                if (thread == 0 && random.Next(20) == 0)
                {
                    clock.Advance(TimeSpan.FromMilliseconds(random.Next(60)));
                }

                var key = random.Next(2) == 0 ? random.Next(4) : random.Next(keys);
                Count(admitted, key, limiter.Decide(names[key]));
            }
        );

        var most = burst + (10 * (clock.GetUtcNow() - started).TotalSeconds);
        admitted.Should().OnlyContain(count => count <= most);
        admitted.Sum().Should().BeGreaterThan(keys);
    }

    [Fact]
    public async Task A_spent_permit_is_kept_although_other_threads_take_rested_slots_all_the_time()
    {
        var clock = new FakeTimeProvider();
        using var limiter = Create(burst: 1, clock); // 8 slots; a key that only asks can be evicted at once.
        using var isDone = new CancellationTokenSource();
        var askers = Enumerable
            .Range(0, 2)
            .Select(asker => Task.Run(() => AskUntil(limiter, $"asker {asker}", isDone.Token)));
        var running = Task.WhenAll(askers);

        var most = 0;
        for (var round = 0; round < 10_000; round++)
        {
            var key = Keys[round % Keys.Length];
            limiter.Decide(key, 0); // Owns a rested slot now, which the others may take at any moment from here on.
            var admitted = Enumerable.Range(0, 3).Count(_ => limiter.Decide(key).IsAdmitted);
            most = Math.Max(most, admitted);
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        await isDone.CancelAsync();
        await running;
        most.Should().Be(1, "the clock stands still within a round");
    }

    [Fact]
    public async Task Threads_that_bring_the_same_new_keys_share_one_bucket_a_key()
    {
        const int keys = 50_000;
        using var limiter = new KeyedLimiter<string>(
            LimitKey.Of,
            [new LimitOptions { Permits = 1, Period = TimeSpan.FromMilliseconds(100) }],
            keys * 10,
            new FakeTimeProvider()
        );
        var names = Enumerable.Range(0, keys).Select(key => $"new {key}").ToArray();
        var admitted = new int[keys];
        using var start = new Barrier(Threads);

        // The thread behind finds its keys in the table and is quicker, so they run neck and neck.
        void Bring()
        {
            start.SignalAndWait();
            for (var key = 0; key < keys; key++)
            {
                Count(admitted, key, limiter.Decide(names[key]));
            }
        }

        await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Run(Bring)));

        admitted.Should().OnlyContain(count => count == 1);
    }

    private static void AskUntil(KeyedLimiter<string> limiter, string name, CancellationToken done)
    {
        var keys = Enumerable.Range(0, 64).Select(key => $"{name} {key}").ToArray();
        for (var i = 0; !done.IsCancellationRequested; i++)
        {
            limiter.Decide(keys[i % keys.Length], 0);
        }
    }

    private static KeyedLimiter<string> Create(int burst, TimeProvider clock) =>
        new(
            LimitKey.Of,
            [new LimitOptions { Permits = burst, Period = TimeSpan.FromMilliseconds(100 * burst) }],
            1,
            clock
        );

    private static void Count(int[] admitted, int key, RateLimitDecision decision)
    {
        if (decision.IsAdmitted)
        {
            Interlocked.Increment(ref admitted[key]);
        }
    }

    private static Task RunAsync(int seed, int steps, Action<Random, int> step) =>
        Task.WhenAll(
            Enumerable
                .Range(0, Threads)
                .Select(thread =>
                    Task.Run(() =>
                    {
                        var random = new Random((seed * 100) + thread);
                        for (var i = 0; i < steps; i++)
                        {
                            step(random, thread);
                        }
                    })
                )
        );
}
