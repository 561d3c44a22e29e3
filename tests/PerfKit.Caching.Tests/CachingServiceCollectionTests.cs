using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace PerfKit.Caching.Tests;

public sealed class CachingServiceCollectionTests
{
    [Fact]
    public void AddPerfKitCaching_without_a_name_registers_the_unkeyed_cache()
    {
        using var services = new ServiceCollection()
            .AddPerfKitCaching(configure: static o => o.Capacity = 7)
            .Services.BuildServiceProvider();

        var cache = services.GetRequiredService<ILocalCache<string, int>>();

        cache.GetStatistics().Capacity.Should().Be(7);
        services.GetRequiredService<ILocalCache<string, int>>().Should().BeSameAs(cache);
    }

    [Fact]
    public void AddPerfKitCaching_with_two_names_shares_no_entries()
    {
        var collection = new ServiceCollection();
        collection.AddPerfKitCaching("small", static o => o.Capacity = 1);
        collection.AddPerfKitCaching("large", static o => o.Capacity = 100);
        using var services = collection.BuildServiceProvider();
        var small = services.GetRequiredKeyedService<ILocalCache<int, int>>("small");
        var large = services.GetRequiredKeyedService<ILocalCache<int, int>>("large");

        small.Set(1, 1);

        large.TryGet(1, out _).Should().BeFalse();
        small.GetStatistics().Capacity.Should().Be(1);
        large.GetStatistics().Capacity.Should().Be(100);
    }

    [Fact]
    public void AddWeigher_bounds_the_cache_of_its_types_by_weight()
    {
        using var services = new ServiceCollection()
            .AddPerfKitCaching("content", static o => o.Capacity = 10)
            .AddWeigher<int, byte[]>(static (_, bytes) => bytes.Length)
            .Services.BuildServiceProvider();
        var cache = services.GetRequiredKeyedService<ILocalCache<int, byte[]>>("content");

        cache.Set(1, new byte[6]);
        cache.Set(2, new byte[6]);

        cache
            .GetStatistics()
            .Should()
            .BeEquivalentTo(
                new
                {
                    Entries = 1L,
                    Weight = 6L,
                    Evictions = 1L,
                }
            );
    }

    [Fact]
    public void AddWeigher_without_a_name_bounds_the_unkeyed_cache()
    {
        using var services = new ServiceCollection()
            .AddPerfKitCaching()
            .AddWeigher<int, string>(static (_, text) => text.Length)
            .Services.BuildServiceProvider();
        var cache = services.GetRequiredService<ILocalCache<int, string>>();

        cache.Set(1, "four");

        cache.GetStatistics().Weight.Should().Be(4);
    }

    [Fact]
    public async Task The_registered_cache_does_all_that_the_interface_promises()
    {
        using var services = new ServiceCollection().AddPerfKitCaching("any").Services.BuildServiceProvider();
        var cache = services.GetRequiredKeyedService<ILocalCache<int, int>>("any");

        (await cache.GetOrAddAsync(1, 5, static (key, state, _) => new ValueTask<int>(key + state))).Should().Be(6);
        cache.TryGet(1, out var value).Should().BeTrue();
        value.Should().Be(6);
        cache.Explain(1).Should().Contain("is present");
        cache.Remove(1).Should().BeTrue();
        cache.Set(2, 2);
        cache.Clear();
        cache.GetStatistics().Entries.Should().Be(0);
    }

    [Fact]
    public void Options_out_of_range_fail_the_start_with_a_sentence_that_names_the_cache()
    {
        using var services = new ServiceCollection()
            .AddPerfKitCaching("content", static o => o.Capacity = 0)
            .Services.BuildServiceProvider();

        var start = () => services.GetRequiredService<IStartupValidator>().Validate();

        start
            .Should()
            .Throw<OptionsValidationException>()
            .WithMessage("LocalCacheOptions 'content': Capacity is 0 but must be between 1 and 1099511627776*");
    }

    [Fact]
    public void The_meter_reports_each_cache_by_its_name()
    {
        var collection = new ServiceCollection();
        collection.AddMetrics();
        collection.AddPerfKitCaching("content", static o => o.Capacity = 5);
        collection.AddPerfKitCaching();
        using var services = collection.BuildServiceProvider();
        var factory = services.GetRequiredService<IMeterFactory>();
        var cache = services.GetRequiredKeyedService<ILocalCache<int, int>>("content");
        services.GetRequiredService<ILocalCache<int, int>>();
        for (var key = 0; key < 8; key++)
        {
            cache.Set(key, key);
        }

        cache.TryGet(7, out _);
        cache.TryGet(99, out _);

        var seen = Collect(factory);

        seen.Should()
            .Contain("perfkit.cache.hits content 1")
            .And.Contain("perfkit.cache.misses content 1")
            .And.Contain("perfkit.cache.evictions content capacity 3")
            .And.Contain("perfkit.cache.entries content 5")
            .And.Contain("perfkit.cache.weight content 5")
            .And.Contain("perfkit.cache.capacity content 5")
            .And.Contain("perfkit.cache.capacity default 10000");
    }

    private static List<string> Collect(IMeterFactory factory)
    {
        var seen = new List<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, it) =>
        {
            if (instrument.Meter.Name == "PerfKit.Caching" && instrument.Meter.Scope == factory)
            {
                it.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>(
            (instrument, value, tags, _) =>
                seen.Add($"{instrument.Name} {string.Join(' ', tags.ToArray().Select(t => t.Value))} {value}")
        );
        listener.Start();
        listener.RecordObservableInstruments();
        return seen;
    }
}
