using System.Globalization;
using FileService.Tests.Fixture;
using PerfKit.TestKit;
using PerfKit.TestKit.Load;

namespace FileService.Tests.Contract;

/// <summary>429 with the fields that say when to come back.</summary>
public sealed class RateLimits
{
    [Fact]
    public async Task Reads_beyond_the_limit_answer_429_with_Retry_After_and_the_limit_fields()
    {
        using var folder = new TempFolder();
        await using var service = await ServiceProcess.StartAsync(
            new ServiceStart(folder.Path)
            {
                Arguments = ["--RateLimit:Policies:reads:Permits=3", "--RateLimit:Policies:reads:Period=00:00:06"],
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
        (await refused.ShouldBeProblemAsync(429)).Text("type").Should().Be("urn:perfkit:quota-exceeded");
        var wait = int.Parse(refused.Headers.GetValues("Retry-After").Single(), CultureInfo.InvariantCulture);
        wait.Should().BeInRange(1, 3);
        using var health = await service.Client.GetAsync("/health/ready");
        await health.ShouldBeAsync(200);
    }

    [Fact]
    public async Task A_tenant_has_the_limit_that_is_configured_for_it_and_the_page_shows_it()
    {
        using var folder = new TempFolder();
        await using var service = await ServiceProcess.StartAsync(
            new ServiceStart(folder.Path)
            {
                Arguments =
                [
                    "--Tenants:acme:Keys:0=acme-key",
                    "--Tenants:small:Keys:0=small-key",
                    "--RateLimit:Policies:reads:Permits=100",
                    "--RateLimit:Policies:reads:Period=01:00:00",
                    "--RateLimit:Policies:reads:Overrides:small:Permits=2",
                ],
            }
        );

        (await LeftAsync(service, "acme-key")).Should().Be("\"reads\";r=99;t=36");
        (await LeftAsync(service, "small-key")).Should().Be("\"reads\";r=1;t=1800");
        (await LeftAsync(service, "small-key")).Should().Be("\"reads\";r=0;t=1800");
        (await LeftAsync(service, "small-key", 429)).Should().Be("\"reads\";r=0;t=1800");
        (await LeftAsync(service, "acme-key")).Should().Be("\"reads\";r=98;t=36");
        using var visitor = new HttpClient { BaseAddress = service.Client.BaseAddress };
        var page = await visitor.GetStringAsync("/");
        page.Should().Contain("100 in 3600 s").And.Contain("2 in 3600 s").And.Contain("64 at once");
    }

    [Fact]
    public async Task A_search_says_what_is_left_of_both_its_policies()
    {
        using var folder = new TempFolder();
        await using var service = await ServiceProcess.StartAsync(new ServiceStart(folder.Path));

        using var answer = await service.Client.GetAsync("/workspaces/demo/search?q=cache");

        await answer.ShouldBeAsync(200);
        answer
            .Headers.GetValues("RateLimit-Policy")
            .Single()
            .Should()
            .Contain("\"searches\";q=")
            .And.EndWith(", \"search-slots\";q=64;qu=\"concurrent-requests\"");
        answer.Headers.GetValues("RateLimit").Single().Should().Contain("\"search-slots\";r=63");
    }

    private static async Task<string> LeftAsync(ServiceProcess service, string key, int status = 200)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/workspaces");
        request.Headers.Add("X-Api-Key", key);
        using var answer = await service.Client.SendAsync(request);
        await answer.ShouldBeAsync(status);
        return answer.Headers.GetValues("RateLimit").Single();
    }
}
