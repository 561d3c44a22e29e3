using Microsoft.Extensions.Time.Testing;

namespace PerfKit.RateLimit.Tests;

/// <summary>Several threads on a table so small that keys take each other's slots all the time.</summary>
public sealed class KeyedTokenBucketConcurrencyTests
{
    private const int Threads = 4;

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
        using var limiter = Create(burst, clock); // 10 a second, 16 slots.
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

    private static KeyedTokenBucket Create(int burst, TimeProvider clock) =>
        new(new TokenBucketPolicyOptions { PermitsPerSecond = 10, Burst = burst }, 1, clock);

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
