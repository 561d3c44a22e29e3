using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace PerfKit.Caching.Tests.Contents;

public sealed class ContentCacheServiceCollectionTests
{
    [Fact]
    public void AddPerfKitContentCache_with_two_names_shares_the_budget_and_no_contents()
    {
        var collection = new ServiceCollection();
        collection.AddPerfKitMemoryBudget(static o => o.LimitBytes = 10 << 20);
        collection.AddPerfKitContentCache("files", static o => o.CapacityBytes = 1 << 20);
        collection.AddPerfKitContentCache("thumbnails");
        collection.AddPerfKitContentCache();
        using var services = collection.BuildServiceProvider();
        var files = services.GetRequiredKeyedService<IContentCache>("files");
        var thumbnails = services.GetRequiredKeyedService<IContentCache>("thumbnails");

        files.TryPut(TestContent.Key(1), new byte[1024]).Should().BeTrue();

        thumbnails.TryGet(TestContent.Key(1), out _).Should().BeFalse();
        services.GetRequiredService<IContentCache>().TryGet(TestContent.Key(1), out _).Should().BeFalse();
        services.GetRequiredService<MemoryBudget>().UsedBytes.Should().Be((64 * 1024) + 640 + 208);
        services.GetRequiredKeyedService<IContentCache>("files").Should().BeSameAs(files);
    }

    [Fact]
    public void Options_out_of_range_fail_the_start_with_a_sentence_that_names_the_cache()
    {
        using var services = new ServiceCollection()
            .AddPerfKitContentCache("files", static o => o.CapacityBytes = 1)
            .BuildServiceProvider();

        var start = () => services.GetRequiredService<IStartupValidator>().Validate();

        start
            .Should()
            .Throw<OptionsValidationException>()
            .WithMessage(
                "ContentCacheOptions 'files': CapacityBytes is 1 but must be between 65536 and 1099511627776*"
            );
    }

    [Fact]
    public void The_meter_reports_each_cache_and_its_account_by_name()
    {
        var collection = new ServiceCollection();
        collection.AddMetrics();
        collection.AddPerfKitContentCache("files");
        using var services = collection.BuildServiceProvider();
        var cache = services.GetRequiredKeyedService<IContentCache>("files");
        cache.TryPut(TestContent.Key(1), new byte[1024]);
        cache.TryGet(TestContent.Key(1), out _);
        cache.TryPut(TestContent.Key(2), new byte[2 << 20]);

        var seen = MeterReadings.Collect(services.GetRequiredService<IMeterFactory>());

        seen.Should()
            .Contain("perfkit.cache.hits files 1")
            .And.Contain("perfkit.cache.weight files 1872")
            .And.Contain("perfkit.content.passed_through files 1")
            .And.Contain("perfkit.content.fills files 0")
            .And.Contain("perfkit.content.failed_fills files 0")
            .And.Contain("perfkit.content.leases files 1")
            .And.Contain("perfkit.memory.used files 1872");
    }
}
