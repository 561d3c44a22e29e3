using FileService.Tests.Fixture;
using PerfKit.TestKit;
using PerfKit.TestKit.Load;

namespace FileService.Tests.Soak;

/// <summary>A quarter of a gigabyte through the service; the gate runs the two gigabytes of the issue.</summary>
public sealed class LargeFiles
{
    private const long Bytes = 256L << 20;
    private const long GrowthBytes = 64L << 20;

    [SkippableTheory]
    [InlineData(Engine.Sqlite)]
    [InlineData(Engine.PostgreSql)]
    public async Task A_large_file_comes_back_whole_and_leaves_the_memory_alone(Engine engine)
    {
        var database = await ServiceFixture.DatabaseAsync(engine);
        using var folder = new TempFolder();
        await using var service = await ServiceProcess.StartAsync(
            new ServiceStart(folder.Path) { PostgreSql = database, Arguments = ServiceStart.Unlimited }
        );

        var report = await new LargeFile(service, Bytes).RunAsync();

        report.ReportedHash.Should().Be(report.SentHash);
        report.ReceivedHash.Should().Be(report.SentHash);
        report.RangeRight.Should().BeTrue();
        report.ResidentGrowthBytes.Should().BeLessThanOrEqualTo(GrowthBytes);
    }
}
