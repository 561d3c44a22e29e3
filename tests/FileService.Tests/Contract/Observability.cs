using System.Text.RegularExpressions;
using FileService.Tests.Fixture;

namespace FileService.Tests.Contract;

/// <summary>The live page, OpenAPI, health, metrics, and what is answered where nothing is.</summary>
public abstract partial class ObservabilityContract(ServiceFixture fixture) : ContractSuite(fixture)
{
    [SkippableTheory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task Health_answers_200(string url)
    {
        using var response = await Client.GetAsync(url);

        await response.ShouldBeAsync(200);
    }

    [SkippableFact]
    public async Task Root_is_the_live_page()
    {
        using var response = await Client.GetAsync("/");

        await response.ShouldBeAsync(200);
        response.Content.Headers.ContentType!.MediaType.Should().Be("text/html");
        (await response.Content.ReadAsStringAsync()).Should().Contain("<title>");
    }

    [SkippableFact]
    public async Task Open_api_is_made_once_and_then_sent_from_the_output_cache()
    {
        using var first = await Client.GetAsync("/openapi/v1.json");
        using var second = await Client.GetAsync("/openapi/v1.json");

        second.Headers.Age.Should().NotBeNull();
        (await second.Content.ReadAsStringAsync()).Should().Be(await first.Content.ReadAsStringAsync());
    }

    [SkippableFact]
    public async Task Open_api_describes_every_endpoint_of_the_contract()
    {
        var api = await Client.GetJsonAsync("/openapi/v1.json");

        api.Text("openapi").Should().StartWith("3.");
        var paths = api.GetProperty("paths")
            .EnumerateObject()
            .SelectMany(p => p.Value.EnumerateObject().Select(m => $"{m.Name} {Parameter().Replace(p.Name, "{}")}"));
        paths
            .Should()
            .Contain([
                "get /workspaces",
                "post /workspaces",
                "get /workspaces/{}/files",
                "put /workspaces/{}/files/{}",
                "get /workspaces/{}/files/{}",
                "delete /workspaces/{}/files/{}",
                "get /files/{}",
                "delete /files/{}",
                "get /files/{}/content",
                "get /workspaces/{}/search",
                "post /storages",
                "post /storages/{}/sync",
                "get /jobs/{}",
                "get /jobs/{}/events",
            ]);
    }

    [SkippableFact]
    public async Task Metrics_are_Prometheus_text_with_the_packages_series()
    {
        var workspace = await Client.NewWorkspaceAsync();
        var file = await Client.UploadAsync(workspace, "a.txt", "one");
        (await Client.GetAsync($"/files/{file.Text("id")}/content")).Dispose();

        using var response = await Client.GetAsync("/metrics");

        await response.ShouldBeAsync(200);
        response.Content.Headers.ContentType!.MediaType.Should().Be("text/plain");
        var text = await response.Content.ReadAsStringAsync();
        text.Should().MatchRegex(@"(?m)^perfkit_cache_(hits|misses)\w*\{[^}]*\} [0-9]");
        text.Should().MatchRegex(@"(?m)^perfkit_ratelimit_requests\w*\{[^}]*\} [0-9]");
    }

    [SkippableFact]
    public async Task Unknown_addresses_answer_404_as_a_problem()
    {
        using var response = await Client.GetAsync("/nothing/here");

        await response.ShouldBeProblemAsync(404);
    }

    [SkippableFact]
    public async Task Unknown_methods_answer_405_as_a_problem()
    {
        using var response = await Client.DeleteAsync("/workspaces");

        await response.ShouldBeProblemAsync(405);
    }

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter();
}

[Collection(OnSqlite.Name)]
public sealed class SqliteObservability(SqliteService service) : ObservabilityContract(service);

[Collection(OnPostgreSql.Name)]
public sealed class PostgreSqlObservability(PostgreSqlService service) : ObservabilityContract(service);
