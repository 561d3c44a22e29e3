namespace PerfKit.Caching.Tests.Tiers;

/// <summary>Alone, because it looks at the memory of the whole process.</summary>
[CollectionDefinition(nameof(TieredMemoryTests), DisableParallelization = true)]
[Collection(nameof(TieredMemoryTests))]
public sealed class TieredMemoryTests
{
    [Fact]
    public async Task A_million_tags_take_bounded_memory()
    {
        using var cache = new TieredCache(new TieredCacheOptions());
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < 1_000_000; i++)
        {
            await cache.RemoveByTagAsync($"tag{i}");
        }

        (GC.GetTotalMemory(forceFullCollection: true) - before).Should().BeLessThan(2 << 20);
    }
}
