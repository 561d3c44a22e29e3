using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using PerfKit.Caching.Internal;

namespace PerfKit.Caching.Tests.Tiers;

/// <summary>What must not happen when calls overlap.</summary>
public sealed class TieredRaceTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public async Task A_key_removed_between_the_look_and_the_load_does_not_come_back_as_a_stand_in()
    {
        using var cache = Local(new() { Expiration = Second, FailSafe = TimeSpan.FromHours(1) });
        await cache.SetAsync("key", "old");
        _clock.Advance(2 * Second);

        await Failing(cache, RemovesWhileItIsRead(cache)); // Overlaps the removal, and may be given the old value.

        (await cache.TryGetAsync<string>("key")).HasValue.Should().BeFalse();
    }

    [Theory]
    [InlineData("key")]
    [InlineData("tag")]
    public async Task A_renewal_in_the_background_does_not_bring_back_what_was_removed(string removed)
    {
        using var cache = Local(new() { Expiration = Second, StaleWhileRevalidate = TimeSpan.FromMinutes(1) });
        for (var i = 0; i < 1_000; i++)
        {
            await cache.SetAsync("key", "old", tags: ["tag"]);
            _clock.Advance(2 * Second);
            var renewed = new TaskCompletionSource();
            await cache.GetOrCreateAsync(
                "key",
                renewed,
                static (renewed, context, _) =>
                {
                    renewed.SetResult();
                    return ValueTask.FromResult(context.TryGetStale<string>(out var old) ? old : "new");
                },
                tags: ["tag"]
            );
            await (removed == "key" ? cache.RemoveAsync("key") : cache.RemoveByTagAsync("tag"));
            await renewed.Task;

            (await cache.TryGetAsync<string>("key")).Value.Should().NotBe("old");
        }
    }

    [Fact]
    public async Task Callers_that_share_a_load_do_not_share_a_mutable_value_that_is_not_kept()
    {
        using var cache = Local();
        var gate = new TaskCompletionSource<List<int>>();
        var none = new HybridCacheEntryOptions { Expiration = TimeSpan.Zero };
        var one = cache.GetOrCreateAsync("key", async _ => await gate.Task, none).AsTask();
        var two = cache.GetOrCreateAsync("key", async _ => await gate.Task, none).AsTask();
        gate.SetResult([1]);

        (await one).Should().NotBeSameAs(await two);
    }

    [Fact]
    public async Task What_the_setter_does_to_its_value_afterwards_is_its_own_affair()
    {
        using var cache = Local();
        byte[] mine = [1, 2, 3];
        await cache.SetAsync("key", mine);
        mine[0] = 9;

        (await cache.TryGetAsync<byte[]>("key")).Value.Should().Equal(1, 2, 3);
    }

    [Fact]
    public async Task A_value_beside_known_absence_is_nobodys()
    {
        using var cache = Local();
        static ValueTask<List<int>> Make(int state, CacheFactoryContext context, CancellationToken token)
        {
            context.NotFound<List<int>>();
            return ValueTask.FromResult(new List<int> { 1 });
        }

        (await cache.GetOrCreateAsync("key", 0, Make)).Should().BeNull();
        (await cache.GetOrCreateAsync("key", 0, Make)).Should().BeNull();
    }

    [Fact]
    public async Task No_local_expiration_still_reads_the_second_tier()
    {
        using var cache = WithTier();
        var calls = 0;
        var options = new HybridCacheEntryOptions { LocalCacheExpiration = TimeSpan.Zero };

        await cache.GetOrCreateAsync("key", _ => ValueTask.FromResult(++calls), options);
        await cache.GetOrCreateAsync("key", _ => ValueTask.FromResult(++calls), options);

        calls.Should().Be(1);
    }

    [Fact]
    public async Task Early_refresh_asks_the_factory_and_not_the_second_tier_that_has_the_same_value()
    {
        using var cache = WithTier(new() { Expiration = 100 * Second, EarlyRefresh = 0.5 });
        var second = new TaskCompletionSource();
        var calls = 0;
        ValueTask<int> Make(int state, CacheFactoryContext context, CancellationToken token)
        {
            if (Interlocked.Increment(ref calls) == 2)
            {
                second.SetResult();
            }

            return ValueTask.FromResult(calls);
        }

        await cache.GetOrCreateAsync("key", 0, Make);
        _clock.Advance(60 * Second);
        (await cache.GetOrCreateAsync("key", 0, Make)).Should().Be(1);

        await second.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void A_container_with_a_cache_and_a_tier_can_be_disposed()
    {
        var services = new ServiceCollection();
        services.AddDistributedMemoryCache();
        services.AddPerfKitTieredCache().AddDistributedCache();
        var provider = services.BuildServiceProvider();
        provider.GetRequiredService<HybridCache>();

        provider.Invoking(static p => p.Dispose()).Should().NotThrow();
    }

    [Fact]
    public async Task A_hard_time_out_gives_the_claim_up_also_when_the_factory_does_not_end()
    {
        var tier = new SteeredTier();
        using var cache = new TieredCache(new TieredCacheOptions(), tier, _clock);
        var options = new TieredEntryOptions { HardTimeout = Second };
        var waiting = cache
            .GetOrCreateAsync(
                "key",
                new TaskCompletionSource<int>(),
                static async (never, _, _) => await never.Task,
                options
            )
            .AsTask();
        _clock.Advance(2 * Second);
        await waiting.Awaiting(static w => w).Should().ThrowAsync<TimeoutException>();

        await tier.GivenUp.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task The_tier_comes_back_although_writes_go_on()
    {
        var tier = new SteeredTier { Fault = new TimeoutException("no answer") };
        using var cache = new TieredCache(new TieredCacheOptions(), tier, _clock);
        await cache.SetAsync("first", 1);
        var written = 0;
        tier.Rejoining = async () =>
        {
            tier.Fault = null;
            await cache.SetAsync($"key{written++}", 1);
        };

        for (var i = 0; cache.Explain("").Contains("away", StringComparison.Ordinal) && i < 1_000_000; i++)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        written.Should().BeLessThan(10, "a write during each rejoin must not ask for another");
    }

    [Fact]
    public async Task A_key_the_tier_refuses_does_not_keep_it_away()
    {
        var tier = new SteeredTier { Refused = "bad" };
        using var cache = new TieredCache(new TieredCacheOptions(), tier, _clock);
        await cache.SetAsync("bad", 1);

        for (var i = 0; cache.Explain("").Contains("away", StringComparison.Ordinal) && i < 1_000_000; i++)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        cache.Explain("").Should().NotContain("away");
    }

    [Fact]
    public async Task An_older_load_does_not_overwrite_a_newer_one()
    {
        using var cache = Local();
        var gate = new TaskCompletionSource<string>();
        var slow = cache.GetOrCreateAsync("key", async _ => await gate.Task).AsTask();
        var refresh = new HybridCacheEntryOptions
        {
            Flags = HybridCacheEntryFlags.DisableLocalCacheRead | HybridCacheEntryFlags.DisableDistributedCacheRead,
        };
        (await cache.GetOrCreateAsync("key", _ => ValueTask.FromResult("new"), refresh)).Should().Be("new");
        gate.SetResult("old");
        await slow;

        (await cache.TryGetAsync<string>("key")).Value.Should().Be("new");
    }

    [Fact]
    public async Task Fail_safe_of_the_call_bounds_the_age_too()
    {
        using var cache = Local(new() { Expiration = Second });
        await cache.SetAsync("key", "old", new TieredEntryOptions { FailSafe = TimeSpan.FromHours(1) });
        _clock.Advance(TimeSpan.FromMinutes(30));

        await FluentActions
            .Awaiting(() => Failing(cache, null, new() { FailSafe = 10 * Second }).AsTask())
            .Should()
            .ThrowAsync<InvalidDataException>();
    }

    [Fact]
    public async Task The_caches_own_flags_hold_on_hits()
    {
        using var cache = Local(new() { Flags = HybridCacheEntryFlags.DisableLocalCacheRead });
        await cache.SetAsync("key", 1);

        (await cache.GetOrCreateAsync("key", _ => ValueTask.FromResult(2))).Should().Be(2);
    }

    [Fact]
    public async Task A_soft_time_out_and_the_value_at_once_give_one_of_the_two()
    {
        using var cache = Local(
            new()
            {
                Expiration = Second,
                FailSafe = TimeSpan.FromHours(1),
                SoftTimeout = Second,
            }
        );
        for (var i = 0; i < 2_000; i++)
        {
            await cache.SetAsync("key", "old");
            _clock.Advance(3 * Second);
            var gate = new TaskCompletionSource<string>();
            var call = cache.GetOrCreateAsync("key", async _ => await gate.Task).AsTask();
            var other = Task.Run(() => gate.SetResult("new"));
            _clock.Advance(1.5 * Second);

            (await call).Should().BeOneOf("old", "new");
            await other;
        }
    }

    [Fact]
    public async Task A_caller_with_a_soft_time_out_that_cancels_leaves_its_load()
    {
        using var cache = Local(
            new()
            {
                Expiration = Second,
                FailSafe = TimeSpan.FromHours(1),
                SoftTimeout = TimeSpan.FromMinutes(1),
            }
        );
        await cache.SetAsync("key", "old");
        _clock.Advance(2 * Second);
        using var caller = new CancellationTokenSource();
        CancellationToken seen = default;
        var never = new TaskCompletionSource<string>();
        var call = cache
            .GetOrCreateAsync(
                "key",
                async token =>
                {
                    seen = token;
                    return await never.Task;
                },
                cancellationToken: caller.Token
            )
            .AsTask();

        await caller.CancelAsync();

        await call.Awaiting(static c => c).Should().ThrowAsync<OperationCanceledException>();
        seen.IsCancellationRequested.Should().BeTrue("nobody waits any more");
    }

    [Fact]
    public async Task A_renewal_that_is_not_kept_ends_the_old_value()
    {
        using var cache = Local(new() { Expiration = Second, FailSafe = TimeSpan.FromHours(1) });
        await cache.SetAsync("key", "old");
        _clock.Advance(2 * Second);

        await cache.GetOrCreateAsync(
            "key",
            0,
            static (_, context, _) =>
            {
                context.Expiration = TimeSpan.Zero;
                return ValueTask.FromResult("new");
            }
        );

        await FluentActions
            .Awaiting(() => Failing(cache, null).AsTask())
            .Should()
            .ThrowAsync<InvalidDataException>("what is newer than the old value was made, and not kept");
    }

    [Fact]
    public async Task A_follower_with_fail_safe_gets_its_value_from_a_leader_without()
    {
        using var cache = Local(new() { Expiration = Second });
        var failSafe = new TieredEntryOptions { FailSafe = TimeSpan.FromHours(1) };
        await cache.SetAsync("key", "old", failSafe);
        _clock.Advance(2 * Second);
        var gate = new TaskCompletionSource<string>();
        var leader = cache.GetOrCreateAsync("key", async _ => await gate.Task).AsTask();
        var follower = cache
            .GetOrCreateAsync("key", gate, static async (gate, _, _) => await gate.Task, failSafe)
            .AsTask();

        gate.SetException(new InvalidDataException());

        (await follower).Should().Be("old");
        await leader.Awaiting(static l => l).Should().ThrowAsync<InvalidDataException>();
    }

    private static ValueTask<string> Failing(
        TieredCache cache,
        IEnumerable<string>? tags,
        TieredEntryOptions? options = null
    ) =>
        cache.GetOrCreateAsync(
            "key",
            0,
            static (int _, CacheFactoryContext _, CancellationToken _) =>
                ValueTask.FromException<string>(new InvalidDataException()),
            options,
            tags
        );

    /// <summary>The tags are read between a caller's look and its load.</summary>
    private static IEnumerable<string> RemovesWhileItIsRead(TieredCache cache)
    {
        cache.RemoveAsync("key").AsTask().Wait();
        yield break;
    }

    private TieredCache Local(TieredEntryOptions? entries = null) =>
        new(new TieredCacheOptions { Entries = entries ?? new() }, null, _clock);

    private TieredCache WithTier(TieredEntryOptions? entries = null)
    {
        IDistributedCache store = new MemoryDistributedCache(Options.Create(new MemoryDistributedCacheOptions()));
        var tier = new DistributedTier(store, "n", new DistributedTierOptions(), _clock);
        return new(new TieredCacheOptions { Entries = entries ?? new() }, tier, _clock);
    }
}
