using System.Text.Json;
using FileService.Tests.Fixture;

namespace FileService.Tests.Contract;

/// <summary><c>GET</c> and <c>DELETE /files/{id}</c>, and the same through a path.</summary>
public abstract class FileContract(ServiceFixture fixture) : ContractSuite(fixture)
{
    [SkippableFact]
    public async Task Get_by_id_answers_the_file_with_storages_and_the_tag_of_its_row()
    {
        var workspace = await Client.NewWorkspaceAsync();
        var uploaded = await Client.UploadAsync(workspace, "docs/a.txt", "one");

        using var response = await Client.GetAsync($"/files/{uploaded.Text("id")}");

        var file = await response.ShouldBeJsonAsync(200);
        file.ShouldBeFile("storages");
        foreach (var property in Shapes.File)
        {
            file.GetProperty(property).ToString().Should().Be(uploaded.GetProperty(property).ToString());
        }

        file.GetProperty("storages").ValueKind.Should().Be(JsonValueKind.Array);
        foreach (var storage in file.GetProperty("storages").EnumerateArray())
        {
            storage.ShouldHaveExactly("storageId", "role", "contentHash", "syncedAt");
        }

        response.Headers.ETag!.ToString().Should().Be("\"v1\"");
    }

    [SkippableFact]
    public async Task Get_by_id_with_the_current_tag_answers_304_until_the_file_changes()
    {
        var workspace = await Client.NewWorkspaceAsync();
        var url = $"/files/{(await Client.UploadAsync(workspace, "a.txt", "one")).Text("id")}";

        using var unchanged = await Client.SendAsync(HttpMethod.Get, url, ("If-None-Match", "\"v1\""));
        await Client.UploadAsync(workspace, "a.txt", "two");
        using var changed = await Client.SendAsync(HttpMethod.Get, url, ("If-None-Match", "\"v1\""));

        await unchanged.ShouldBeAsync(304);
        unchanged.Headers.ETag!.Tag.Should().Be("\"v1\"");
        (await unchanged.Content.ReadAsByteArrayAsync()).Should().BeEmpty();
        await changed.ShouldBeAsync(200);
        changed.Headers.ETag!.Tag.Should().Be("\"v2\"");
    }

    [SkippableFact]
    public async Task Delete_by_id_answers_204_and_the_file_is_gone_everywhere()
    {
        var workspace = await Client.NewWorkspaceAsync();
        var id = (await Client.UploadAsync(workspace, "a.txt", "one")).Text("id");

        using var response = await Client.DeleteAsync($"/files/{id}");

        await response.ShouldBeAsync(204);
        await ShouldBeGoneAsync(workspace, id);
    }

    [SkippableFact]
    public async Task Delete_by_path_answers_204_and_the_file_is_gone_everywhere()
    {
        var workspace = await Client.NewWorkspaceAsync();
        var id = (await Client.UploadAsync(workspace, "a.txt", "one")).Text("id");

        using var response = await Client.DeleteAsync(ServiceCalls.FileUrl(workspace.Name, "a.txt"));

        await response.ShouldBeAsync(204);
        await ShouldBeGoneAsync(workspace, id);
    }

    [SkippableFact]
    public async Task Delete_what_is_not_there_answers_404()
    {
        var workspace = await Client.NewWorkspaceAsync();

        using var byId = await Client.DeleteAsync($"/files/{Guid.NewGuid()}");
        using var byPath = await Client.DeleteAsync(ServiceCalls.FileUrl(workspace.Id, "a.txt"));

        await byId.ShouldBeProblemAsync(404);
        await byPath.ShouldBeProblemAsync(404);
    }

    [SkippableFact]
    public async Task Delete_one_of_two_files_with_one_content_leaves_the_other_whole()
    {
        var workspace = await Client.NewWorkspaceAsync();
        var first = await Client.UploadAsync(workspace, "a.txt", "shared");
        var second = await Client.UploadAsync(workspace, "b.txt", "shared");

        using var response = await Client.DeleteAsync($"/files/{first.Text("id")}");

        await response.ShouldBeAsync(204);
        (await Client.GetStringAsync($"/files/{second.Text("id")}/content")).Should().Be("shared");
    }

    [SkippableTheory]
    [InlineData("")]
    [InlineData("/content")]
    public async Task Get_an_unknown_id_answers_404(string suffix)
    {
        using var unknown = await Client.GetAsync($"/files/{Guid.NewGuid()}{suffix}");
        using var malformed = await Client.GetAsync($"/files/not-an-id{suffix}");

        await unknown.ShouldBeProblemAsync(404);
        await malformed.ShouldBeProblemAsync((int)malformed.StatusCode == 400 ? 400 : 404);
    }

    private async Task ShouldBeGoneAsync(Workspace workspace, string id)
    {
        foreach (
            var url in new[] { $"/files/{id}", $"/files/{id}/content", ServiceCalls.FileUrl(workspace.Id, "a.txt") }
        )
        {
            using var response = await Client.GetAsync(url);
            await response.ShouldBeProblemAsync(404);
        }

        (await Client.WalkAsync($"/workspaces/{workspace.Id}/files")).Should().BeEmpty();
    }
}

[Collection(OnSqlite.Name)]
public sealed class SqliteFiles(SqliteService service) : FileContract(service);

[Collection(OnPostgreSql.Name)]
public sealed class PostgreSqlFiles(PostgreSqlService service) : FileContract(service);
