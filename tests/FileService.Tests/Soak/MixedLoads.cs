using FileService.Tests.Fixture;
using PerfKit.TestKit;
using PerfKit.TestKit.Load;
using Xunit.Abstractions;

namespace FileService.Tests.Soak;

/// <summary>64 callers on all endpoints for ten seconds; the gate runs the minute of the issue.</summary>
public sealed class MixedLoads(ITestOutputHelper output)
{
    [SkippableTheory]
    [InlineData(Engine.Sqlite)]
    [InlineData(Engine.PostgreSql)]
    public async Task Sixty_four_callers_see_no_failure_and_hardly_a_refusal(Engine engine)
    {
        var database = await ServiceFixture.DatabaseAsync(engine);
        using var folder = new TempFolder();
        var roots = Directory.CreateDirectory(folder.File("storages")).FullName;
        await using var service = await ServiceProcess.StartAsync(
            new ServiceStart(folder.File("data"))
            {
                PostgreSql = database,
                Arguments = [.. ServiceStart.Unlimited, $"--Storage:Roots:0={roots}", "--Collector:Period=00:00:01"],
            }
        );

        var report = await new MixedLoad(
            service,
            new MixedLoadOptions { Duration = TimeSpan.FromSeconds(10), StorageRoot = roots }
        ).RunAsync();

        output.WriteLine($"{report.Requests} requests, peak {report.PeakResidentBytes >> 20} MB");
        output.WriteLine(string.Join('\n', report.Answers));
        output.WriteLine(string.Join('\n', report.MeanMilliseconds.Select(m => $"{m.Key} {m.Value:F1} ms")));
        report.Failures.Should().BeEmpty();
        ((double)report.Unavailable / report.Requests).Should().BeLessThan(0.01);
        report.Answers.Keys.Should().NotContain(key => key.EndsWith(" 429", StringComparison.Ordinal));
        foreach (
            var operation in new[] { "upload 201", "download 200", "list 200", "search 200", "convert 200", "sync 202" }
        )
        {
            report.Answers.Should().ContainKey(operation);
        }

        using var ready = await service.Client.GetAsync("/health/ready");
        await ready.ShouldBeAsync(200);
    }
}
