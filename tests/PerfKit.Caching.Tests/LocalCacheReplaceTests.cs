namespace PerfKit.Caching.Tests;

public sealed class LocalCacheReplaceTests
{
    private readonly LocalCache<int, string> _cache = LocalCacheTests.Create<int, string>(10);

    [Fact]
    public void TryReplace_replaces_only_what_equals_the_expected()
    {
        _cache.Set(1, "old");

        _cache.TryReplace(1, "new", "other").Should().BeFalse();
        _cache.TryReplace(2, "new", "old").Should().BeFalse();
        _cache.TryReplace(1, "new", string.Concat("o", "ld")).Should().BeTrue();

        _cache.GetOrDefault(1).Should().Be("new");
        _cache.GetOrDefault(2).Should().BeNull();
    }

    [Fact]
    public void TryReplace_by_a_value_too_heavy_removes_what_was_there()
    {
        var cache = new LocalCache<int, string>(new LocalCacheOptions { Capacity = 3 }, static (_, v) => v.Length);
        cache.Set(1, "old");

        cache.TryReplace(1, "too heavy", "old").Should().BeTrue();

        cache.TryGet(1, out _).Should().BeFalse();
        cache.GetStatistics().Weight.Should().Be(0);
    }

    [Fact]
    public async Task TryReplace_by_many_threads_is_won_by_exactly_one()
    {
        const int Threads = 4;
        const int Rounds = 500;
        var cache = LocalCacheTests.Create<int, int>(10);
        cache.Set(1, 0);
        using var barrier = new Barrier(Threads);
        var wins = new int[Rounds];

        await Task.WhenAll(
            Enumerable
                .Range(1, Threads)
                .Select(thread => Task.Factory.StartNew(() => Race(thread), TaskCreationOptions.LongRunning))
        );

        wins.Should().OnlyContain(static won => won == 1);

        void Race(int thread)
        {
            for (var round = 0; round < Rounds; round++)
            {
                barrier.SignalAndWait();
                var seen = cache.GetOrDefault(1);
                barrier.SignalAndWait();
                if (cache.TryReplace(1, ((round + 1) * Threads) + thread, seen))
                {
                    Interlocked.Increment(ref wins[round]);
                }
            }
        }
    }

    [Fact]
    public async Task Counting_by_TryReplace_loses_nothing()
    {
        var cache = LocalCacheTests.Create<int, int>(10);
        cache.Set(1, 0);

        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(Count)));

        cache.GetOrDefault(1).Should().Be(30_000);

        void Count()
        {
            for (var counted = 0; counted < 10_000; )
            {
                var seen = cache.GetOrDefault(1);
                counted += cache.TryReplace(1, seen + 1, seen) ? 1 : 0;
            }
        }
    }
}
