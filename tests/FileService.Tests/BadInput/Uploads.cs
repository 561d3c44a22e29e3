using System.Text;
using FileService.Tests.Fixture;

namespace FileService.Tests.BadInput;

/// <summary>Uploads that end early or lie about their length: never stored, never half stored.</summary>
public abstract class BadUploads(ServiceFixture fixture) : ContractSuite(fixture)
{
    [SkippableTheory]
    [InlineData("Content-Length: 100000", "only this much")]
    [InlineData("Transfer-Encoding: chunked", "9\r\nonly this\r\n")]
    [InlineData("Transfer-Encoding: chunked", "fffff\r\nonly this")]
    public async Task An_upload_cut_short_is_not_stored(string header, string sent)
    {
        var workspace = await Client.NewWorkspaceAsync();
        var request = RawHttp.Request("PUT", ServiceCalls.FileUrl(workspace.Id, "cut.txt"), header) + sent;

        var response = await RawHttp.SendAsync(Service.Port, request, cut: true);

        response?.ShouldBeProblem(400);
        using var get = await Client.GetAsync(ServiceCalls.FileUrl(workspace.Id, "cut.txt"));
        await get.ShouldBeProblemAsync(404);
        (await Client.WalkAsync($"/workspaces/{workspace.Id}/files")).Should().BeEmpty();
    }

    [SkippableFact]
    public async Task A_replacement_cut_short_leaves_the_old_content()
    {
        var workspace = await Client.NewWorkspaceAsync();
        await Client.UploadAsync(workspace, "a.txt", "old and whole");
        var request = RawHttp.Request("PUT", ServiceCalls.FileUrl(workspace.Id, "a.txt"), "Content-Length: 5000000");

        await RawHttp.SendAsync(Service.Port, request + new string('x', 300_000), cut: true);

        (await Client.GetStringAsync(ServiceCalls.FileUrl(workspace.Id, "a.txt"))).Should().Be("old and whole");
        var file = (await Client.WalkAsync($"/workspaces/{workspace.Id}/files")).Should().ContainSingle().Subject;
        file.GetProperty("version").GetInt64().Should().Be(1);
    }

    [SkippableFact]
    public async Task A_length_that_is_too_small_stores_that_much_and_refuses_the_rest()
    {
        var workspace = await Client.NewWorkspaceAsync();
        var request = RawHttp.Request(
            "PUT",
            ServiceCalls.FileUrl(workspace.Id, "a.txt"),
            "Content-Length: 5",
            "Connection: keep-alive"
        );

        var response = await RawHttp.SendAsync(Service.Port, request + "12345 and more that was not announced\r\n\r\n");

        response!.Status.Should().Be(201);
        (await Client.GetStringAsync(ServiceCalls.FileUrl(workspace.Id, "a.txt"))).Should().Be("12345");
    }

    [SkippableFact]
    public async Task A_length_beyond_every_bound_answers_413_at_once()
    {
        var workspace = await Client.NewWorkspaceAsync();
        var request = RawHttp.Request(
            "PUT",
            ServiceCalls.FileUrl(workspace.Id, "a.txt"),
            "Content-Length: 9000000000000000000"
        );

        var response = await RawHttp.SendAsync(Service.Port, request);

        response!.ShouldBeProblem(413);
    }

    [SkippableTheory]
    [InlineData("Content-Length: -5")]
    [InlineData("Content-Length: 5x")]
    [InlineData("Content-Length: 99999999999999999999999")]
    [InlineData("Transfer-Encoding: gzip")]
    public async Task A_length_that_is_none_is_refused(string header)
    {
        var workspace = await Client.NewWorkspaceAsync();
        var request = RawHttp.Request("PUT", ServiceCalls.FileUrl(workspace.Id, "a.txt"), header) + "12345";

        var response = await RawHttp.SendAsync(Service.Port, request);

        // The web server refuses these before any of our code, with an empty answer.
        response!.Status.Should().Be(400);
        (await Client.WalkAsync($"/workspaces/{workspace.Id}/files")).Should().BeEmpty();
    }

    [SkippableFact]
    public async Task A_broken_chunk_is_refused_and_not_stored()
    {
        var workspace = await Client.NewWorkspaceAsync();
        var request = RawHttp.Request("PUT", ServiceCalls.FileUrl(workspace.Id, "a.txt"), "Transfer-Encoding: chunked");

        var response = await RawHttp.SendAsync(Service.Port, request + "5\r\n12345\r\nzz\r\nbroken\r\n0\r\n\r\n");

        response!.ShouldBeProblem(400);
        (await Client.WalkAsync($"/workspaces/{workspace.Id}/files")).Should().BeEmpty();
    }

    [SkippableFact]
    public async Task Wrong_workspaces_answer_404_before_the_body_is_read()
    {
        var request = RawHttp.Request("PUT", "/workspaces/nowhere/files/a.txt", "Content-Length: 1000000000");

        var response = await RawHttp.SendAsync(Service.Port, request + "the first bytes");

        response!.ShouldBeProblem(404, names: "nowhere");
    }

    [SkippableTheory]
    [InlineData("", 400)]
    [InlineData("{", 400)]
    [InlineData("[]", 400)]
    [InlineData("null", 400)]
    [InlineData("{}", 400)]
    [InlineData("{\"name\":null}", 400)]
    [InlineData("{\"name\":5}", 400)]
    [InlineData("{\"name\":\"\"}", 400)]
    [InlineData("{\"name\":\"  \"}", 400)]
    [InlineData("{\"name\":\"a/b\"}", 400)]
    [InlineData("{\"name\":\"..\"}", 400)]
    [InlineData("{\"name\":\"a\\u0000b\"}", 400)]
    [InlineData("{\"name\":\"a\\nb\"}", 400)]
    [InlineData("{\"name\":\"0aa90a5d-ac96-774b-bcce-b302099a8057\"}", 400)]
    public async Task Bad_workspace_bodies_answer_400_that_names_the_fault(string json, int status)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");

        using var response = await Client.PostAsync("/workspaces", content);

        await response.ShouldBeProblemAsync(
            status,
            json.Contains("\"name\":\"", StringComparison.Ordinal) ? "name" : null
        );
    }

    [SkippableFact]
    public async Task Bodies_that_are_not_json_answer_415_and_overlong_names_400()
    {
        using var text = new StringContent("name=x", Encoding.UTF8, "text/plain");
        using var overlong = new StringContent(
            $$"""{"name":"{{new string('n', 1000)}}"}""",
            Encoding.UTF8,
            "application/json"
        );

        using var unsupported = await Client.PostAsync("/workspaces", text);
        using var refused = await Client.PostAsync("/workspaces", overlong);

        await unsupported.ShouldBeProblemAsync(415);
        await refused.ShouldBeProblemAsync(400, "name");
    }
}

[Collection(OnSqlite.Name)]
public sealed class SqliteBadUploads(SqliteService service) : BadUploads(service);

[Collection(OnPostgreSql.Name)]
public sealed class PostgreSqlBadUploads(PostgreSqlService service) : BadUploads(service);
