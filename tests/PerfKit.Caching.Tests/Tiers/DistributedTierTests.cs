using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace PerfKit.Caching.Tests.Tiers;

/// <summary>Any distributed cache behind tiered caches, here the framework's own in memory, shared by two processes' caches.</summary>
public sealed class DistributedTierTests : IAsyncDisposable
{
    private readonly MemoryDistributedCache _shared = new(Options.Create(new MemoryDistributedCacheOptions()));
    private readonly ServiceProvider _one;
    private readonly ServiceProvider _two;

    public DistributedTierTests() => (_one, _two) = (Process(), Process());

    private HybridCache One => _one.GetRequiredService<HybridCache>();

    private HybridCache Two => _two.GetRequiredService<HybridCache>();

    private HybridCache OtherName => _one.GetRequiredKeyedService<HybridCache>("other");

    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
    }

    [Fact]
    public async Task What_one_process_made_another_finds()
    {
        await One.GetOrCreateAsync("key", _ => ValueTask.FromResult("made"), tags: ["tag"]);

        (await Two.GetOrCreateAsync("key", _ => ValueTask.FromResult("again"))).Should().Be("made");
    }

    [Fact]
    public async Task Two_names_share_nothing()
    {
        await One.SetAsync("key", "default's");

        (await OtherName.GetOrCreateAsync("key", _ => ValueTask.FromResult("other's"))).Should().Be("other's");
        await OtherName.RemoveByTagAsync("*");
        (await One.GetOrCreateAsync("key", _ => ValueTask.FromResult("again"))).Should().Be("default's");
    }

    [Theory]
    [InlineData("tag")]
    [InlineData("*")]
    public async Task A_tag_removed_by_one_process_is_removed_for_another_that_has_to_ask(string removed)
    {
        await One.SetAsync("key", "old", tags: ["tag"]);

        await Two.RemoveByTagAsync(removed);

        (await Two.GetOrCreateAsync("key", _ => ValueTask.FromResult("new"))).Should().Be("new");
    }

    [Fact]
    public async Task A_value_made_while_its_tag_was_removed_elsewhere_is_not_kept()
    {
        var slow = new TaskCompletionSource<string>();
        var loading = One.GetOrCreateAsync("key", async _ => await slow.Task, tags: ["tag"]).AsTask();
        await Two.RemoveByTagAsync("tag");
        slow.SetResult("old");
        await loading;

        (await Two.GetOrCreateAsync("key", _ => ValueTask.FromResult("new"))).Should().Be("new");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_value_without_tags_made_while_everything_was_removed_is_not_kept(bool isElsewhere)
    {
        var slow = new TaskCompletionSource<string>();
        var loading = One.GetOrCreateAsync("key", async _ => await slow.Task).AsTask();
        await (isElsewhere ? Two : One).RemoveByTagAsync("*");
        slow.SetResult("old");
        await loading;

        (await Two.GetOrCreateAsync("key", _ => ValueTask.FromResult("new"))).Should().Be("new");
    }

    [Fact]
    public async Task A_removal_is_not_undone_by_a_load_that_was_under_way()
    {
        var slow = new TaskCompletionSource<string>();
        var loading = One.GetOrCreateAsync("key", async _ => await slow.Task).AsTask();
        await One.RemoveAsync("key");
        slow.SetResult("old");
        await loading;

        (await One.GetOrCreateAsync("key", _ => ValueTask.FromResult("new"))).Should().Be("new");
    }

    [Fact]
    public async Task A_stamp_that_was_evicted_removes_and_brings_nothing_back()
    {
        await One.SetAsync("key", "old", tags: ["tag"]);
        await One.RemoveByTagAsync("tag");
        await One.SetAsync("kept", "value", tags: ["tag"]);
        await _shared.RemoveAsync("0::t:tag");
        await using var fresh = Process();

        var cache = fresh.GetRequiredService<HybridCache>();

        (await cache.GetOrCreateAsync("key", _ => ValueTask.FromResult("new"))).Should().Be("new");
        (await cache.GetOrCreateAsync("kept", _ => ValueTask.FromResult("made anew"))).Should().Be("made anew");
    }

    [Fact]
    public async Task Bytes_of_somebody_else_under_a_key_are_a_miss()
    {
        var random = new Random(5);
        for (var length = 0; length < 200; length++)
        {
            var bytes = new byte[length];
            random.NextBytes(bytes);
            bytes.AsSpan(0, Math.Min(length, 3)).Clear();
            if (length > 0)
            {
                bytes[0] = 1; // Looks like ours at first.
                bytes[Math.Min(1, length - 1)] = 1;
            }

            await _shared.SetAsync($"0::k:{length}", bytes);
            (await One.GetOrCreateAsync($"{length}", _ => ValueTask.FromResult("made"))).Should().Be("made");
        }
    }

    [Fact]
    public async Task Removals_of_null_are_of_nothing()
    {
        await One.RemoveAsync((IEnumerable<string>)null!);
        await One.RemoveByTagAsync((IEnumerable<string>)null!);
    }

    private ServiceProvider Process()
    {
        var services = new ServiceCollection().AddSingleton<IDistributedCache>(_shared);
        services.AddPerfKitTieredCache().AddDistributedCache();
        services.AddPerfKitTieredCache("other").AddDistributedCache();
        return services.BuildServiceProvider();
    }
}
