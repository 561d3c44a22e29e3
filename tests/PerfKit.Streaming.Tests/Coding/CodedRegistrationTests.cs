using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using PerfKit.TestKit;

namespace PerfKit.Streaming.Tests.Coding;

public sealed class CodedRegistrationTests
{
    [Theory]
    [InlineData("", 1 << 20, 1024, 1, "CodedContentsOptions.Folder is ''; it must be the path of a folder.")]
    [InlineData("a\0", 1 << 20, 1024, 1, "CodedContentsOptions.Folder is 'a\\0'; it must be the path of a folder.")]
    [InlineData(
        "a",
        1024,
        1024,
        1,
        "CodedContentsOptions.CapacityBytes is 1024; it must be between 1048576 and 1099511627776 bytes."
    )]
    [InlineData(
        "a",
        1 << 20,
        1 << 21,
        1,
        "CodedContentsOptions.MaxSourceBytes is 2097152; it must be between 1024 and 1048576 (CapacityBytes)."
    )]
    [InlineData("a", 1 << 20, 1024, 0, "CodedContentsOptions.MaxConcurrency is 0; it must be between 1 and 256.")]
    public async Task A_host_with_a_wrong_bound_does_not_start_and_says_which(
        string folder,
        long capacityBytes,
        long maxSourceBytes,
        int maxConcurrency,
        string message
    )
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddPerfKitContentCodings(options =>
        {
            options.Folder = folder;
            options.CapacityBytes = capacityBytes;
            options.MaxSourceBytes = maxSourceBytes;
            options.MaxConcurrency = maxConcurrency;
        });
        using var host = builder.Build();

        var start = () => host.StartAsync();

        (await start.Should().ThrowAsync<OptionsValidationException>()).WithMessage(message);
    }

    [Fact]
    public async Task AddPerfKitContentCodings_registers_one_that_counts_in_the_meter()
    {
        using var folder = new TempFolder();
        var services = new ServiceCollection().AddMetrics();
        services.AddPerfKitContentCodings(options => options.Folder = folder.Path);
        await using var provider = services.BuildServiceProvider();
        var counted = new ConcurrentDictionary<string, long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Scope == provider.GetRequiredService<IMeterFactory>())
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>(
            (instrument, value, tags, _) =>
                counted.AddOrUpdate(
                    $"{instrument.Name} {string.Join(' ', tags.ToArray().Select(tag => tag.Value))}",
                    value,
                    (_, sum) => sum + value
                )
        );
        listener.Start();
        var contents = provider.GetRequiredService<CodedContents>();
        var source = CodedFixture.Text(10_000);
        var noise = TestBytes.Random(10_000);
        await AskAsync(contents, source);
        await AskAsync(contents, source);
        await AskAsync(contents, noise);
        await AskAsync(contents, noise);

        counted.Should().ContainKey("perfkit.coding.coded br").WhoseValue.Should().BeInRange(100, 5_000);
        counted["perfkit.coding.source br"].Should().Be(20_000);
        counted["perfkit.coding.lookups made"].Should().Be(1);
        counted["perfkit.coding.lookups hit"].Should().Be(1);
        counted["perfkit.coding.lookups unfit"].Should().Be(2);
    }

    private static async Task AskAsync(CodedContents contents, byte[] source)
    {
        await using var reader = await contents.OpenAsync(
            CodedFixture.Brotli,
            ContentHash.Compute(source),
            source.Length,
            _ => new(ContentReader.FromMemory(source)),
            default
        );
    }
}
