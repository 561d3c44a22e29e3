using System.Diagnostics.Metrics;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace PerfKit.Caching.Tests.Tiers;

/// <summary>What a tiered cache tells of itself.</summary>
public sealed class TieredMetricsTests : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _clock = new();
    private readonly SteeredTier _tier = new();
    private readonly ServiceProvider _services;
    private readonly TieredCache _cache;
    private readonly MeterFigures _seen;

    public TieredMetricsTests()
    {
        var services = new ServiceCollection();
        services.AddMetrics();
        services.AddSingleton<TimeProvider>(_clock);
        services.AddKeyedSingleton<ICacheTier>("files", _tier);
        services.AddPerfKitTieredCache("files", static o => o.ProbeInterval = TimeSpan.FromMinutes(1));
        services.AddPerfKitTieredCache("alone");
        _services = services.BuildServiceProvider();
        _seen = new MeterFigures(_services.GetRequiredService<IMeterFactory>());
        _cache = _services.GetRequiredKeyedService<TieredCache>("files");
        _services.GetRequiredKeyedService<TieredCache>("alone");
    }

    public void Dispose()
    {
        _seen.Dispose();
        _services.Dispose();
    }

    [Fact]
    public async Task Hits_and_misses_are_told_for_each_tier()
    {
        await GetAsync("one");
        await GetAsync("one");
        await _cache.TryGetAsync<string>("nothing");
        using var other = new TieredCache(new TieredCacheOptions(), _tier, _clock);
        await other.SetAsync("two", "other");
        await GetAsync("two");

        _seen["hits files"].Should().Be(1);
        _seen["misses files"].Should().Be(3);
        _seen["tier.hits files"].Should().Be(1);
        _seen["tier.misses files"].Should().Be(2);
        _seen["tier.hits alone"].Should().Be(-1, "it has no second tier");
        _seen["hits alone"].Should().Be(0);
    }

    [Fact]
    public async Task A_value_found_and_of_no_use_is_a_miss()
    {
        await GetAsync("key", tags: ["tag"]);
        await _cache.RemoveByTagAsync("tag");

        await GetAsync("key", tags: ["tag"]);
        await _cache.RemoveByTagAsync("tag");
        await _cache.TryGetAsync<string>("key");

        _seen["hits files"].Should().Be(0);
        _seen["misses files"].Should().Be(3);
        _cache.GetStatistics().Misses.Should().Be(3);
    }

    [Fact]
    public async Task Every_read_of_a_value_behind_its_end_is_told_also_those_between_two_tries_to_renew_it()
    {
        var options = new TieredEntryOptions { Expiration = Second, FailSafe = 10 * Second };
        await GetAsync("key", options);
        _seen["stale files"].Should().Be(0);
        _clock.Advance(2 * Second);
        _tier.Fault = new TimeoutException();

        for (var i = 0; i < 3; i++)
        {
            await GetAsync("key", options, fails: true);
        }

        _seen["stale files"].Should().Be(3);
    }

    [Fact]
    public async Task A_value_just_made_or_read_that_this_process_may_not_keep_is_not_stale()
    {
        var options = new HybridCacheEntryOptions { LocalCacheExpiration = TimeSpan.Zero };

        await _cache.GetOrCreateAsync("key", static _ => ValueTask.FromResult("value"), options);
        await _cache.GetOrCreateAsync("key", static _ => ValueTask.FromResult("value"), options);

        _tier.Calls.Should().Equal("read key", "write key", "read key");
        _seen["stale files"].Should().Be(0);
    }

    [Fact]
    public async Task A_tier_whose_writes_may_go_unheard_is_not_available()
    {
        await GetAsync("key");
        _tier.Listener!.Lost();
        _cache.IsTierAvailable.Should().BeFalse();

        _tier.Listener.Restored();

        _cache.IsTierAvailable.Should().BeTrue();
    }

    [Fact]
    public async Task Callers_that_join_a_factory_are_told()
    {
        var made = new TaskCompletionSource<string>();
        var callers = Enumerable
            .Range(0, 5)
            .Select(_ => _cache.GetOrCreateAsync("key", async _ => await made.Task).AsTask())
            .ToList();
        made.SetResult("value");
        await Task.WhenAll(callers);

        _seen["coalesced files"].Should().Be(4);
        _cache.GetStatistics().Coalesced.Should().Be(4);
    }

    [Fact]
    public async Task Calls_that_the_tier_answers_are_timed_by_what_they_do()
    {
        await GetAsync("key");
        await _cache.SetAsync("key", "set");
        await _cache.RemoveAsync("key");
        await _cache.RemoveByTagAsync("tag");

        _seen["tier.duration files read"].Should().Be(1);
        _seen["tier.duration files write"].Should().Be(2);
        _seen["tier.duration files remove"].Should().Be(2);
        _seen["tier.away files"].Should().Be(0);
        _cache.IsTierAvailable.Should().BeTrue();
    }

    [Fact]
    public async Task A_tier_that_does_not_answer_is_told_as_away()
    {
        _tier.Fault = new TimeoutException();

        await GetAsync("key");

        _seen["tier.away files"].Should().Be(1);
        _seen["tier.duration files read"].Should().Be(-1);
        _cache.IsTierAvailable.Should().BeFalse();
        _services.GetRequiredKeyedService<TieredCache>("alone").IsTierAvailable.Should().BeTrue();
    }

    [Fact]
    public async Task A_wait_for_another_process_is_no_time_of_the_tier()
    {
        _tier.HasWaited = true;

        await GetAsync("key");

        _seen["tier.waits files"].Should().Be(1);
        _seen["tier.duration files read"].Should().Be(-1);
    }

    [Fact]
    public async Task A_shared_object_from_the_second_tier_weighs_at_least_its_bytes()
    {
        var options = new TieredCacheOptions { SharedTypes = { typeof(string[]) } };
        using var other = new TieredCache(options, _tier, _clock);
        using var cache = new TieredCache(options, _tier, _clock);
        await other.SetAsync("key", Enumerable.Repeat("a page of a list", 1_000).ToArray());

        (await cache.TryGetAsync<string[]>("key")).HasValue.Should().BeTrue();

        cache.GetStatistics().Weight.Should().BeGreaterThan(_tier.BytesOf("key"));
        other.GetStatistics().Weight.Should().Be(cache.GetStatistics().Weight);
    }

    [Fact]
    public async Task A_listener_that_throws_takes_nothing_from_the_cache()
    {
        using var faulty = new MeterListener();
        faulty.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "perfkit.cache.tier.duration" && instrument.Meter.Scope == _seen.Factory)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        faulty.SetMeasurementEventCallback<double>(static (_, _, _, _) => throw new InvalidDataException("Not mine."));
        faulty.Start();

        await GetAsync("key");
        await _cache.SetAsync("key", "set");
        await _cache.RemoveAsync("key");
        await _cache.RemoveByTagAsync("tag");

        _tier.Calls.Should().Equal("read key", "write key", "put key", "remove key", "untag tag");
        _cache.IsTierAvailable.Should().BeTrue();
    }

    private ValueTask<string> GetAsync(
        string key,
        TieredEntryOptions? options = null,
        string[]? tags = null,
        bool fails = false
    ) =>
        _cache.GetOrCreateAsync(
            key,
            fails,
            static (fails, _, _) =>
                fails ? throw new InvalidDataException("The source is away.") : ValueTask.FromResult("value"),
            options,
            tags
        );
}
