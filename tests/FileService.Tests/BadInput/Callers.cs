using System.Net.Http.Json;
using FileService.Tests.Fixture;

namespace FileService.Tests.BadInput;

/// <summary>Development mode: writes want the key, strange Hosts and forwarded requests are refused, unknown names are 404.</summary>
public abstract class BadCallers(ServiceFixture fixture) : ContractSuite(fixture)
{
    [SkippableTheory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("wrong")]
    [InlineData("DEV")]
    [InlineData("dev,dev")]
    public async Task Writes_without_the_key_answer_401_that_says_which(string? key)
    {
        var workspace = await Client.NewWorkspaceAsync();
        using var client = Service.ClientFor(key);

        using var create = await client.PostAsJsonAsync("/workspaces", new { name = "x" });
        using var upload = await client.PutAsync(workspace.Id, "a.txt", [1]);
        using var delete = await client.DeleteAsync($"/files/{Guid.NewGuid()}");
        using var storage = await client.PostAsJsonAsync("/storages", new { kind = "local", locator = "x" });

        foreach (var response in new[] { create, upload, delete, storage })
        {
            await response.ShouldBeProblemAsync(401, names: "X-Api-Key");
        }
    }

    [SkippableFact]
    public async Task Reads_without_a_key_answer()
    {
        using var client = Service.ClientFor(null);

        await client.GetJsonAsync("/workspaces");
    }

    [SkippableTheory]
    [InlineData("evil.example")]
    [InlineData("evil.example:5080")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("localhost.evil.example")]
    [InlineData("169.254.169.254")]
    public async Task A_forged_Host_is_refused_and_named(string host)
    {
        foreach (var target in new[] { "/workspaces", "/", "/metrics", "/files/x/content" })
        {
            var response = await RawHttp.SendAsync(Service.Port, RawHttp.Request("GET", target, $"Host: {host}"));

            response!.Status.Should().BeOneOf(400, 403, 421);
            response.ShouldBeProblem(response.Status, names: host.Split(':')[0]);
        }
    }

    [SkippableTheory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST:1234")]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]:5080")]
    public async Task The_loopback_Hosts_are_answered(string host)
    {
        var response = await RawHttp.SendAsync(Service.Port, RawHttp.Request("GET", "/workspaces", $"Host: {host}"));

        response!.Status.Should().Be(200);
    }

    [SkippableTheory]
    [InlineData("X-Forwarded-For", "203.0.113.7")]
    [InlineData("X-Forwarded-Host", "evil.example")]
    [InlineData("X-Forwarded-Proto", "https")]
    [InlineData("Forwarded", "for=203.0.113.7")]
    public async Task A_forwarded_request_is_refused_and_the_header_named(string header, string value)
    {
        using var response = await Client.SendAsync(HttpMethod.Get, "/workspaces", (header, value));

        ((int)response.StatusCode).Should().BeOneOf(400, 403);
        var problem = await response.ShouldBeProblemAsync((int)response.StatusCode);
        problem.ToString().Should().ContainEquivalentOf("forwarded");
    }

    [SkippableFact]
    public async Task A_request_from_a_foreign_web_page_cannot_write()
    {
        using var response = await Client.SendAsync(
            HttpMethod.Options,
            "/workspaces",
            ("Origin", "https://evil.example"),
            ("Access-Control-Request-Method", "POST"),
            ("Access-Control-Request-Headers", "x-api-key")
        );

        response.Headers.Contains("Access-Control-Allow-Origin").Should().BeFalse();
    }

    [SkippableTheory]
    [InlineData("/workspaces/nowhere/files")]
    [InlineData("/workspaces/nowhere/search?q=x")]
    [InlineData("/workspaces/nowhere/files/a.txt")]
    [InlineData("/workspaces/01890a5d-ac96-774b-bcce-b302099a8057/files")]
    public async Task An_unknown_workspace_answers_404_and_is_named(string url)
    {
        using var response = await Client.GetAsync(url);

        await response.ShouldBeProblemAsync(404, names: url.Split('/')[2]);
    }
}

[Collection(OnSqlite.Name)]
public sealed class SqliteBadCallers(SqliteService service) : BadCallers(service);

[Collection(OnPostgreSql.Name)]
public sealed class PostgreSqlBadCallers(PostgreSqlService service) : BadCallers(service);
