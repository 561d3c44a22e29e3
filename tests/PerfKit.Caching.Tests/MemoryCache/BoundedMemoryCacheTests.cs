using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Primitives;
using Microsoft.Extensions.Time.Testing;
using PerfKit.Caching.Internal;
using PerfKit.TestKit;

namespace PerfKit.Caching.Tests;

/// <summary>Where this cache differs from the platform's on purpose, and what only it promises.</summary>
public sealed class BoundedMemoryCacheTests
{
    private const int Reads = 10_000;

    [Fact]
    public async Task At_the_capacity_an_entry_leaves_and_the_new_one_is_kept()
    {
        using var cache = Create(3);
        var ends = Enumerable.Range(0, 3).Select(key => cache.PutWatched(key, key)).ToArray();

        cache.Set("new", 1);

        cache.Has("new").Should().BeTrue();
        cache.GetCurrentStatistics()!.CurrentEntryCount.Should().Be(3);
        (await await Task.WhenAny(ends)).Reason.Should().Be(EvictionReason.Capacity);
    }

    [Fact]
    public void Sizes_are_weighed_and_an_entry_without_one_weighs_the_default()
    {
        using var cache = Create(100, defaultSize: 10);

        cache.Put("sized", 1, static e => e.Size = 30);
        cache.Set("plain", 1);

        cache.GetCurrentStatistics()!.CurrentEstimatedSize.Should().Be(40);
        for (var key = 0; key < 50; key++)
        {
            cache.Set(key, key);
            cache.GetCurrentStatistics()!.CurrentEstimatedSize.Should().BeLessThanOrEqualTo(100);
        }
    }

    [Fact]
    public async Task An_entry_above_the_capacity_is_refused_and_ends_what_was_there()
    {
        using var cache = Create(100);
        var old = cache.PutWatched("key", "old");

        var gone = cache.PutWatched("key", "heavy", static e => e.Size = 101);

        (await gone).Should().Be(("key", "heavy", EvictionReason.Capacity));
        (await old).Reason.Should().Be(EvictionReason.Replaced);
        cache.Has("key").Should().BeFalse();
    }

    [Fact]
    public async Task NeverRemove_is_within_the_bound_like_any_priority()
    {
        using var cache = Create(1);
        var gone = cache.PutWatched("first", 1, static e => e.Priority = CacheItemPriority.NeverRemove);

        cache.Put("second", 1, static e => e.Priority = CacheItemPriority.NeverRemove);

        (await gone).Reason.Should().Be(EvictionReason.Capacity);
        cache.Has("second").Should().BeTrue();
    }

    [Fact]
    public void A_token_takes_the_entry_out_before_Cancel_returns()
    {
        using var cache = Create(10);
        using var source = new CancellationTokenSource();
        cache.Put("key", 1, e => e.AddExpirationToken(new CancellationChangeToken(source.Token)));

        source.Cancel();

        cache.GetCurrentStatistics()!.CurrentEntryCount.Should().Be(0);
    }

    [Fact]
    public async Task Dispose_lets_go_of_tokens_and_tells_nobody()
    {
        var cache = Create(10);
        using var token = new DisposalToken();
        var told = false;
        cache.Put("key", 1, e => e.AddExpirationToken(token).RegisterPostEvictionCallback((_, _, _, _) => told = true));

        cache.Dispose();

        await token.Released.WaitAsync(TimeSpan.FromSeconds(30));
        told.Should().BeFalse();
    }

    [Fact]
    public async Task Callbacks_that_block_hold_up_no_other_callback()
    {
        using var cache = Create(10);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        cache.Put(
            "blocks",
            1,
            e => e.RegisterPostEvictionCallback((_, _, _, _) => gate.Task.Wait(TimeSpan.FromSeconds(30)))
        );
        var gone = cache.PutWatched("other", 1);
        cache.Remove("blocks");
        cache.Remove("other");

        (await gone).Reason.Should().Be(EvictionReason.Removed);

        gate.SetResult();
    }

    [Fact]
    public async Task More_evictions_than_may_wait_are_all_told()
    {
        const int Entries = 20_000;
        using var cache = Create(1);
        using var all = new CountdownEvent(Entries);
        for (var key = 0; key <= Entries; key++)
        {
            cache.Put(key, key, e => e.RegisterPostEvictionCallback((_, _, _, _) => all.Signal()));
        }

        (await Task.Run(() => all.Wait(TimeSpan.FromSeconds(30)))).Should().BeTrue();
    }

    [Fact]
    public void A_hit_does_not_allocate()
    {
        using var cache = Create(10);
        using var source = new CancellationTokenSource();
        object key = "key";
        cache.Put(
            key,
            1,
            e =>
            {
                e.SlidingExpiration = TimeSpan.FromHours(1);
                e.AddExpirationToken(new CancellationChangeToken(source.Token));
            }
        );

        Read(cache, key).Should().Be(Reads);
        Allocated.Least(() => Read(cache, key)).Should().Be(0);
    }

    [Fact]
    public async Task Dispose_under_load_makes_every_caller_fail_with_ObjectDisposed_alone()
    {
        for (var round = 0; round < 20; round++)
        {
            var cache = Create(100);
            var callers = Enumerable.Range(0, 4).Select(seed => Task.Run(() => Use(cache, seed))).ToArray();
            while (cache.GetCurrentStatistics().TotalHits < 100)
            {
                await Task.Yield();
            }

            cache.Dispose();

            (await Task.WhenAll(callers)).Should().OnlyContain(static fault => fault is ObjectDisposedException);
            cache.GetStatistics().Entries.Should().Be(0);
        }
    }

    [Fact]
    public async Task Tokens_that_fire_while_their_keys_are_put_again_take_out_their_own_entries_alone()
    {
        using var cache = Create(1_000);
        for (var round = 0; round < 2_000; round++)
        {
            using var source = new CancellationTokenSource();
            var key = round % 7;
            cache.Put(key, "old", e => e.AddExpirationToken(new CancellationChangeToken(source.Token)));
            var fire = Task.Run(source.Cancel);
            cache.Set(key, "new");
            await fire;

            cache.Get(key).Should().Be("new");
        }
    }

    private static Exception Use(BoundedMemoryCache cache, int seed)
    {
        var random = new Random(seed);
        try
        {
            while (true)
            {
                var key = random.Next(200);
                cache.GetOrCreate(key, static entry => entry.Key);
                if (key == 7)
                {
                    cache.Remove(key);
                }
            }
        }
        catch (Exception fault)
        {
            return fault;
        }
    }

    private static int Read(BoundedMemoryCache cache, object key)
    {
        var found = 0;
        for (var i = 0; i < Reads; i++)
        {
            found += cache.TryGetValue(key, out _) ? 1 : 0;
        }

        return found;
    }

    private static BoundedMemoryCache Create(long capacity, long defaultSize = 1) =>
        new(
            new PerfKitMemoryCacheOptions { Capacity = capacity, DefaultEntrySize = defaultSize },
            new FakeTimeProvider()
        );

    private sealed class DisposalToken : IChangeToken, IDisposable
    {
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Released => _released.Task;

        public bool HasChanged => false;

        public bool ActiveChangeCallbacks => true;

        public IDisposable RegisterChangeCallback(Action<object?> callback, object? state) => this;

        public void Dispose() => _released.TrySetResult();
    }
}
