using System.ComponentModel;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace PerfKit.Caching.Tests.Tiers;

public sealed class TieredCacheTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly TieredCache _cache;

    public TieredCacheTests() => _cache = new TieredCache(new TieredCacheOptions(), timeProvider: _clock);

    public void Dispose() => _cache.Dispose();

    [Fact]
    public async Task GetOrCreateAsync_calls_the_factory_once_and_finds_the_value_afterwards()
    {
        var calls = 0;

        var first = await _cache.GetOrCreateAsync("key", _ => ValueTask.FromResult(++calls));
        var second = await _cache.GetOrCreateAsync("key", _ => ValueTask.FromResult(++calls));

        (first, second, calls).Should().Be((1, 1, 1));
    }

    [Fact]
    public async Task GetOrCreateAsync_with_a_thousand_callers_calls_the_factory_once()
    {
        var calls = 0;
        var gate = new TaskCompletionSource<int>();

        var callers = Enumerable
            .Range(0, 1_000)
            .Select(_ =>
                _cache
                    .GetOrCreateAsync(
                        "key",
                        async _ =>
                        {
                            calls++;
                            return await gate.Task;
                        }
                    )
                    .AsTask()
            )
            .ToList();
        gate.SetResult(42);

        (await Task.WhenAll(callers)).Should().AllBeEquivalentTo(42);
        calls.Should().Be(1);
    }

    [Fact]
    public async Task A_failing_factory_fails_its_callers_once_and_nothing_is_kept()
    {
        var calls = 0;
        var gate = new TaskCompletionSource<int>();
        var callers = Enumerable
            .Range(0, 100)
            .Select(_ =>
                _cache
                    .GetOrCreateAsync(
                        "key",
                        async _ =>
                        {
                            calls++;
                            return await gate.Task;
                        }
                    )
                    .AsTask()
            )
            .ToList();

        gate.SetException(new InvalidDataException("broken"));

        foreach (var caller in callers)
        {
            await caller.Awaiting(c => c).Should().ThrowAsync<InvalidDataException>();
        }

        calls.Should().Be(1);
        (await _cache.GetOrCreateAsync("key", _ => ValueTask.FromResult(7))).Should().Be(7);
    }

    [Fact]
    public async Task A_value_ends_with_its_expiration()
    {
        var options = new HybridCacheEntryOptions { Expiration = TimeSpan.FromSeconds(10) };
        await _cache.SetAsync("key", 1, options);

        _clock.Advance(TimeSpan.FromSeconds(9.9));
        (await _cache.TryGetAsync<int>("key")).HasValue.Should().BeTrue();
        _clock.Advance(TimeSpan.FromSeconds(0.2));
        (await _cache.TryGetAsync<int>("key")).HasValue.Should().BeFalse();
    }

    [Fact]
    public async Task A_factory_may_choose_how_long_its_value_is_fresh()
    {
        await _cache.GetOrCreateAsync(
            "key",
            0,
            static (_, context, _) =>
            {
                context.Expiration = TimeSpan.FromSeconds(1);
                return ValueTask.FromResult("short");
            }
        );

        _clock.Advance(TimeSpan.FromSeconds(2));
        (await _cache.TryGetAsync<string>("key")).HasValue.Should().BeFalse();
    }

    [Fact]
    public async Task A_byte_array_is_each_callers_own()
    {
        await _cache.SetAsync("key", new byte[] { 1, 2, 3 });

        var first = await _cache.GetOrCreateAsync("key", Never<byte[]>);
        first[0] = 9;
        var second = await _cache.GetOrCreateAsync("key", Never<byte[]>);

        second.Should().Equal(1, 2, 3);
    }

    [Fact]
    public async Task A_mutable_object_is_each_callers_own_and_an_immutable_one_is_shared()
    {
        var mutable = new Mutable { Name = "a" };
        var immutable = new Immutable("a");
        await _cache.SetAsync("mutable", mutable);
        await _cache.SetAsync("immutable", immutable);
        mutable.Name = "changed";

        (await _cache.GetOrCreateAsync("immutable", Never<Immutable>)).Should().BeSameAs(immutable);
        (await _cache.GetOrCreateAsync("mutable", Never<Mutable>)).Name.Should().Be("a");
    }

    [Fact]
    public async Task RemoveAsync_removes_and_a_factory_that_was_under_way_does_not_bring_it_back()
    {
        var gate = new TaskCompletionSource<string>();
        var loading = _cache.GetOrCreateAsync("key", async _ => await gate.Task).AsTask();

        await _cache.RemoveAsync("key");
        gate.SetResult("old");

        (await loading).Should().Be("old");
        (await _cache.GetOrCreateAsync("key", _ => ValueTask.FromResult("new"))).Should().Be("new");
    }

    [Theory]
    [InlineData("tag")]
    [InlineData("*")]
    public async Task RemoveByTagAsync_removes_and_a_factory_that_was_under_way_does_not_bring_it_back(string removed)
    {
        var gate = new TaskCompletionSource<string>();
        var loading = _cache.GetOrCreateAsync("key", async _ => await gate.Task, tags: ["tag", "other"]).AsTask();

        await _cache.RemoveByTagAsync(removed);
        var joined = _cache.GetOrCreateAsync("key", _ => ValueTask.FromResult("new"), tags: ["tag"]).AsTask();
        gate.SetResult("old");

        (await loading).Should().Be("old");
        (await joined).Should().Be("new");
        (await _cache.GetOrCreateAsync("key", Never<string>)).Should().Be("new");
    }

    [Fact]
    public async Task RemoveByTagAsync_leaves_other_tags_alone()
    {
        await _cache.SetAsync("a", 1, tags: ["x"]);
        await _cache.SetAsync("b", 2, tags: ["y"]);

        await _cache.RemoveByTagAsync("x");

        (await _cache.TryGetAsync<int>("a")).HasValue.Should().BeFalse();
        (await _cache.TryGetAsync<int>("b")).HasValue.Should().BeTrue();
    }

    [Fact]
    public async Task A_value_known_to_be_absent_is_not_asked_for_again_and_ends_by_itself()
    {
        var calls = 0;
        ValueTask<string?> Find(int state, CacheFactoryContext context, CancellationToken token)
        {
            calls++;
            return ValueTask.FromResult(context.NotFound<string>());
        }

        (await _cache.GetOrCreateAsync<int, string?>("key", 0, Find)).Should().BeNull();
        (await _cache.GetOrCreateAsync<int, string?>("key", 0, Find)).Should().BeNull();
        var known = await _cache.TryGetAsync<string>("key");
        _clock.Advance(TimeSpan.FromSeconds(31));
        await _cache.GetOrCreateAsync<int, string?>("key", 0, Find);

        calls.Should().Be(2);
        (known.HasValue, known.IsKnownAbsent).Should().Be((false, true));
    }

    [Fact]
    public async Task Invented_keys_do_not_push_values_out()
    {
        using var cache = new TieredCache(
            new TieredCacheOptions { CapacityBytes = 64 << 10, NegativeCapacity = 10 },
            timeProvider: _clock
        );
        await cache.SetAsync("real", "value");

        for (var i = 0; i < 1_000; i++)
        {
            await cache.GetOrCreateAsync($"no{i}", 0, static (_, c, _) => ValueTask.FromResult(c.NotFound<string>()));
        }

        (await cache.TryGetAsync<string>("real")).HasValue.Should().BeTrue();
        cache.GetStatistics().Entries.Should().BeLessThanOrEqualTo(11);
    }

    [Fact]
    public async Task A_key_that_is_too_long_or_not_UTF16_is_not_cached()
    {
        foreach (var key in new[] { new string('k', 10 << 20), "half\ud800" })
        {
            (await _cache.GetOrCreateAsync(key, _ => ValueTask.FromResult(1))).Should().Be(1);
            (await _cache.GetOrCreateAsync(key, _ => ValueTask.FromResult(2))).Should().Be(2);
            _cache.Explain(key).Should().Contain("not cached");
        }
    }

    [Theory]
    [InlineData("a:b")]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("new\nline\0nul")]
    [InlineData("smile\ud83d\ude00")]
    public async Task Any_other_text_is_a_key_of_its_own(string key)
    {
        await _cache.SetAsync(key, key);

        (await _cache.GetOrCreateAsync(key, Never<string>)).Should().Be(key);
        (await _cache.TryGetAsync<string>(key + "\u200b")).HasValue.Should().BeFalse();
    }

    [Fact]
    public async Task A_value_of_another_type_under_the_same_key_is_made_anew()
    {
        await _cache.SetAsync("key", "text");

        (await _cache.GetOrCreateAsync("key", _ => ValueTask.FromResult(5))).Should().Be(5);
    }

    [Fact]
    public async Task Flags_leave_out_what_they_say()
    {
        var noLocal = new HybridCacheEntryOptions { Flags = HybridCacheEntryFlags.DisableLocalCache };
        var readOnly = new HybridCacheEntryOptions { Flags = HybridCacheEntryFlags.DisableUnderlyingData };

        (await _cache.GetOrCreateAsync("key", Never<string>, readOnly)).Should().BeNull();
        (await _cache.GetOrCreateAsync("key", _ => ValueTask.FromResult("a"), noLocal)).Should().Be("a");
        (await _cache.TryGetAsync<string>("key")).HasValue.Should().BeFalse();
        await _cache.SetAsync("key", "b");
        (await _cache.GetOrCreateAsync("key", _ => ValueTask.FromResult("c"), noLocal)).Should().Be("c");
        (await _cache.GetOrCreateAsync("key", Never<string>, readOnly)).Should().Be("b");
    }

    [Fact]
    public async Task A_value_with_more_serialized_bytes_than_allowed_is_returned_and_not_kept()
    {
        var options = new TieredCacheOptions { MaximumPayloadBytes = 100 };
        using var alone = new TieredCache(options, timeProvider: _clock);
        using var over = new TieredCache(options, new SteeredTier(), _clock);

        foreach (var cache in new[] { alone, over })
        {
            (await cache.GetOrCreateAsync("key", _ => ValueTask.FromResult(new byte[101]))).Should().HaveCount(101);
            (await cache.TryGetAsync<byte[]>("key")).HasValue.Should().BeFalse();
            await cache.SetAsync("key", new byte[100]);
            (await cache.TryGetAsync<byte[]>("key")).HasValue.Should().BeTrue();
        }
    }

    [Fact]
    public async Task Payloads_are_compressed_from_the_size_that_is_set_on()
    {
        var tier = new SteeredTier();
        using var cache = new TieredCache(new TieredCacheOptions { CompressFromBytes = 1_000 }, tier, _clock);

        await cache.SetAsync("below", new byte[999]);
        await cache.SetAsync("from", new byte[1_000]);

        tier.BytesOf("below").Should().BeGreaterThan(999);
        tier.BytesOf("from").Should().BeLessThan(500);
        (await cache.GetOrCreateAsync("from", Never<byte[]>)).Should().HaveCount(1_000);
    }

    [Theory]
    [InlineData("CapacityBytes", "1")]
    [InlineData("MaximumKeyLength", "0")]
    [InlineData("MaximumPayloadBytes", "0")]
    [InlineData("CompressFromBytes", "1")]
    [InlineData("NegativeCapacity", "0")]
    [InlineData("JournalCapacity", "0")]
    [InlineData("ProbeInterval", "00:00:00")]
    [InlineData("UnheardExpiration", "00:00:00")]
    [InlineData("Entries:Expiration", "00:00:00")]
    [InlineData("Entries:Jitter", "2")]
    [InlineData("Entries:EarlyRefresh", "1")]
    [InlineData("Entries:HardTimeout", "2.00:00:00")]
    public void A_value_out_of_range_is_named_with_its_cache_at_start(string option, string value)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { [option] = value })
            .Build();
        var services = new ServiceCollection();
        services.AddPerfKitTieredCache("mine");
        services.Configure<TieredCacheOptions>("mine", configuration);
        using var provider = services.BuildServiceProvider();

        provider
            .Invoking(static p => p.GetRequiredService<IStartupValidator>().Validate())
            .Should()
            .Throw<OptionsValidationException>()
            .WithMessage($"*'mine'*{option.Split(':')[^1]} is *must be*");
    }

    private static ValueTask<T> Never<T>(CancellationToken cancellationToken) =>
        throw new InvalidOperationException("the value is there");

    private sealed class Mutable
    {
        public string Name { get; set; } = "";
    }

    [ImmutableObject(true)]
    private sealed record Immutable(string Name);
}
