using System.Diagnostics.Metrics;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using PerfKit.Caching.Internal;

namespace PerfKit.Caching.Tests;

public sealed class MemoryCacheServiceCollectionTests
{
    [Theory]
    [InlineData("before")]
    [InlineData("after")]
    [InlineData("alone")]
    public void AddPerfKitMemoryCache_wins_wherever_AddMemoryCache_is_called(string where)
    {
        var collection = new ServiceCollection();
        if (where == "before")
        {
            collection.AddMemoryCache();
        }

        collection.AddPerfKitMemoryCache(static o => o.Capacity = 5);
        if (where == "after")
        {
            collection.AddMemoryCache();
        }

        using var services = collection.BuildServiceProvider();

        var cache = services.GetServices<IMemoryCache>().Should().ContainSingle().Which;
        cache.Should().BeOfType<BoundedMemoryCache>();
        services.GetRequiredService<IMemoryCache>().Should().BeSameAs(cache);
    }

    [Fact]
    public void AddPerfKitMemoryCache_twice_registers_one_cache_with_both_configurations()
    {
        var collection = new ServiceCollection();
        collection.AddPerfKitMemoryCache(static o => o.Capacity = 5);
        collection.AddPerfKitMemoryCache(static o => o.DefaultEntrySize = 2);
        using var services = collection.BuildServiceProvider();

        var cache = services.GetServices<IMemoryCache>().Should().ContainSingle().Which;
        cache.Set("key", 1);

        var statistics = ((BoundedMemoryCache)cache).GetStatistics();
        (statistics.Capacity, statistics.Weight).Should().Be((5, 2));
    }

    [Fact]
    public void A_name_is_the_service_key_and_shares_no_entries()
    {
        var collection = new ServiceCollection();
        collection.AddPerfKitMemoryCache(static o => o.Capacity = 5, "pages");
        collection.AddPerfKitMemoryCache();
        using var services = collection.BuildServiceProvider();
        var pages = services.GetRequiredKeyedService<IMemoryCache>("pages");

        pages.Set("key", 1);

        services.GetRequiredService<IMemoryCache>().TryGetValue("key", out _).Should().BeFalse();
        ((BoundedMemoryCache)pages).GetStatistics().Capacity.Should().Be(5);
    }

    [Theory]
    [InlineData(0, 1, "Capacity is 0 but must be between 1 and 1099511627776 size units.")]
    [InlineData((1L << 40) + 1, 1, "Capacity is 1099511627777 but must be between 1 and 1099511627776 size units.")]
    [InlineData(10, 0, "DefaultEntrySize is 0 but must be between 1 and Capacity, which is 10.")]
    [InlineData(10, 11, "DefaultEntrySize is 11 but must be between 1 and Capacity, which is 10.")]
    public void Options_out_of_range_fail_the_start_with_a_sentence(long capacity, long size, string sentence)
    {
        using var services = new ServiceCollection()
            .AddPerfKitMemoryCache(o => (o.Capacity, o.DefaultEntrySize) = (capacity, size))
            .BuildServiceProvider();

        var start = () => services.GetRequiredService<IStartupValidator>().Validate();

        start.Should().Throw<OptionsValidationException>().WithMessage($"PerfKitMemoryCacheOptions: {sentence}");
    }

    [Fact]
    public void The_container_disposes_of_it()
    {
        IMemoryCache cache;
        using (var services = new ServiceCollection().AddPerfKitMemoryCache().BuildServiceProvider())
        {
            cache = services.GetRequiredService<IMemoryCache>();
        }

        var read = () => cache.TryGetValue("key", out _);

        read.Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void The_meter_reports_it_as_memory_cache()
    {
        using var services = new ServiceCollection().AddMetrics().AddPerfKitMemoryCache().BuildServiceProvider();
        var factory = services.GetRequiredService<IMeterFactory>();
        var cache = services.GetRequiredService<IMemoryCache>();
        cache.Set("key", 1);
        cache.TryGetValue("key", out _);
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
            (instrument, value, tags, _) => seen.Add($"{instrument.Name} {tags[0].Value} {value}")
        );

        listener.Start();
        listener.RecordObservableInstruments();

        seen.Should().Contain(["perfkit.cache.hits memory-cache 1", "perfkit.cache.capacity memory-cache 10000"]);
    }
}
