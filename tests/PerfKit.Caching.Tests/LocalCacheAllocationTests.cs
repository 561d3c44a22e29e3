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

    private static LocalCache<string, byte[]> Filled()
    {
        var options = new LocalCacheOptions { TimeToLive = TimeSpan.FromHours(1) };
        var cache = new LocalCache<string, byte[]>(options, static (_, value) => value.Length);
        cache.Set("key", [1, 2, 3]);
        return cache;
    }

    private static long Measure<T>(Func<LocalCache<string, byte[]>, T> read, LocalCache<string, byte[]> cache)
    {
        for (var i = 0; i < Reads; i++)
        {
            read(cache); // Warm: tiered compilation may allocate for a method's first calls.
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Reads; i++)
        {
            read(cache);
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
