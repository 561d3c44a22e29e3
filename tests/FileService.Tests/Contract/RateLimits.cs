using System.Globalization;
using FileService.Tests.Fixture;
using PerfKit.TestKit;
using PerfKit.TestKit.Load;

namespace FileService.Tests.Contract;

/// <summary>429 with the fields that say when to come back.</summary>
public sealed class RateLimits
{
    [Fact]
    public async Task Reads_beyond_the_burst_answer_429_with_Retry_After_and_the_limit_fields()
    {
        using var folder = new TempFolder();
        await using var service = await ServiceProcess.StartAsync(
            new ServiceStart(folder.Path)
            {
                Arguments = ["--RateLimit:Policies:reads:PermitsPerSecond=0.5", "--RateLimit:Policies:reads:Burst=3"],
            }
        );

        var answers = new List<HttpResponseMessage>();
        for (var i = 0; i < 8; i++)
        {
            answers.Add(await service.Client.GetAsync("/workspaces"));
        }

        answers
            .Select(a => (int)a.StatusCode)
            .Should()
            .ContainInOrder(200, 429)
            .And.OnlyContain(s => s == 200 || s == 429);
        answers.Count(a => (int)a.StatusCode == 200).Should().BeInRange(3, 5);
        answers.Should().OnlyContain(a => a.Headers.Contains("RateLimit") && a.Headers.Contains("RateLimit-Policy"));
        var refused = answers.Last(a => (int)a.StatusCode == 429);
        (await refused.ShouldBeProblemAsync(429)).Text("type").Should().Be("urn:perfkit:rate-limited");
        var wait = int.Parse(refused.Headers.GetValues("Retry-After").Single(), CultureInfo.InvariantCulture);
        wait.Should().BeInRange(1, 3);
        using var health = await service.Client.GetAsync("/health/ready");
        await health.ShouldBeAsync(200);
    }
}
