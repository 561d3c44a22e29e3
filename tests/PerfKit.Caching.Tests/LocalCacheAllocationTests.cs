using PerfKit.TestKit;

namespace PerfKit.Caching.Tests;

public sealed class LocalCacheAllocationTests
{
    private const int Reads = 10_000;

    [Fact]
    public void TryGet_does_not_allocate()
    {
        var cache = Filled();

        Measure(static cache => cache.TryGet("key", out _), cache).Should().Be(0);
    }

    [Fact]
    public void GetOrAddAsync_on_a_hit_does_not_allocate()
    {
        var cache = Filled();

        Measure(static cache => cache.GetOrAddAsync("key", 0, static (_, _, _) => default), cache).Should().Be(0);
    }

    [Fact]
    public void TryGet_on_a_miss_does_not_allocate()
    {
        var cache = Filled();

        Measure(static cache => cache.TryGet("none", out _), cache).Should().Be(0);
    }

    [Fact]
    public void GetOrAdd_on_a_hit_does_not_allocate() =>
        Measure(static cache => cache.GetOrAdd("key", 0, static (_, _) => []), Filled()).Should().Be(0);

    [Fact]
    public void TryGet_by_a_span_does_not_allocate()
    {
        Measure(static cache => cache.TryGet("a key".AsSpan(2), out _), Filled()).Should().Be(0);
        Measure(static cache => cache.TryGet("none".AsSpan(), out _), Filled()).Should().Be(0);
        Measure(static cache => cache.TryGet("a key".AsSpan(2), out _), Filled(comparer: StringComparer.Ordinal))
            .Should()
            .Be(0);
    }

    [Fact]
    public void A_hit_on_a_sliding_entry_does_not_allocate()
    {
        var sliding = Filled(new LocalCacheOptions { SlidingExpiration = TimeSpan.FromHours(1) });

        Measure(static cache => cache.TryGet("key", out _), sliding).Should().Be(0);
        Measure(static cache => cache.GetOrAddAsync("key", 0, static (_, _, _) => default), sliding).Should().Be(0);
    }

    [Fact]
    public void A_hit_under_a_comparer_of_ones_own_does_not_allocate() =>
        Measure(static cache => cache.TryGet("KEY", out _), Filled(comparer: StringComparer.OrdinalIgnoreCase))
            .Should()
            .Be(0);

    [Fact]
    public void A_hit_in_the_size_aware_order_does_not_allocate() =>
        Measure(static cache => cache.TryGet("key", out _), Filled(new LocalCacheOptions { SizeAware = true }))
            .Should()
            .Be(0);

    private static LocalCache<string, byte[]> Filled(
        LocalCacheOptions? options = null,
        IEqualityComparer<string>? comparer = null
    )
    {
        var rules = new LocalCacheRules<string, byte[]>
        {
            Weigher = static (_, value) => value.Length,
            Comparer = comparer,
        };
        options ??= new LocalCacheOptions { TimeToLive = TimeSpan.FromHours(1) };
        var cache = new LocalCache<string, byte[]>(options, rules);
        cache.Set("key", [1, 2, 3]);
        return cache;
    }

    private static long Measure<T>(Func<LocalCache<string, byte[]>, T> read, LocalCache<string, byte[]> cache) =>
        Allocated.Least(() =>
        {
            for (var i = 0; i < Reads; i++)
            {
                read(cache);
            }
        });
}
