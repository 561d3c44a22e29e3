namespace PerfKit.Caching.Tests;

/// <summary>Seeded histories on several threads, each with a checker.</summary>
public sealed class LocalCacheConcurrencyTests
{
    private const int Threads = 4;
    private const int Keys = 16;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_read_that_begins_after_an_invalidation_never_sees_what_was_before_it(int seed)
    {
        var cache = LocalCacheTests.Create<int, int>(Keys / 2);
        var stored = new int[Keys];
        var invalidated = new int[Keys];
        var locks = Enumerable.Range(0, Keys).Select(_ => new Lock()).ToArray();

        await RunAsync(
            seed,
            20_000,
            async random =>
            {
                var key = random.Next(Keys);
                if (random.Next(4) == 0)
                {
                    Write(key, random.Next(3));
                    return;
                }

                var floor = Volatile.Read(ref invalidated[key]);
                var value = await cache.GetOrAddAsync(
                    key,
                    (stored, isSlow: random.Next(2) == 0),
                    static async (key, state, _) =>
                    {
                        var read = Volatile.Read(ref state.stored[key]);
                        if (state.isSlow)
                        {
                            await Task.Yield();
                        }

                        return read;
                    }
                );
                value.Should().BeGreaterThanOrEqualTo(floor);
            }
        );

        void Write(int key, int how)
        {
            lock (locks[key])
            {
                var version = stored[key] + 1;
                Volatile.Write(ref stored[key], version);
                switch (how)
                {
                    case 0:
                        cache.Set(key, version);
                        break;
                    case 1:
                        cache.Remove(key);
                        break;
                    default:
                        cache.Clear();
                        break;
                }

                Volatile.Write(ref invalidated[key], version);
            }
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task The_weight_never_exceeds_the_capacity_while_threads_write(int seed)
    {
        var cache = new LocalCache<int, int>(new LocalCacheOptions { Capacity = 100 }, static (_, weight) => weight);

        await RunAsync(
            seed,
            20_000,
            random =>
            {
                var key = random.Next(60);
                switch (random.Next(4))
                {
                    case 0:
                        cache.TryGet(key, out _);
                        break;
                    case 1:
                        cache.Remove(key);
                        break;
                    default:
                        cache.Set(key, random.Next(40));
                        break;
                }

                cache.GetStatistics().Weight.Should().BeInRange(0, 100);
                return ValueTask.CompletedTask;
            }
        );

        var held = Enumerable.Range(0, 60).Where(key => cache.TryGet(key, out _)).Sum(key => Weight(cache, key));
        cache.GetStatistics().Weight.Should().Be(held);
    }

    private static long Weight(LocalCache<int, int> cache, int key) =>
        cache.TryGet(key, out var weight) ? Math.Max(weight, 1) : 0;

    private static Task RunAsync(int seed, int steps, Func<Random, ValueTask> step) =>
        Task.WhenAll(
            Enumerable
                .Range(0, Threads)
                .Select(thread =>
                    Task.Run(async () =>
                    {
                        var random = new Random((seed * 100) + thread);
                        for (var i = 0; i < steps / Threads; i++)
                        {
                            await step(random);
                        }
                    })
                )
        );
}
