using System.Text;
using FileService.Tests.Fixture;

namespace FileService.Tests.Contract;

/// <summary><c>PUT /workspaces/{ws}/files/{**path}</c>.</summary>
public abstract class UploadContract(ServiceFixture fixture) : ContractSuite(fixture)
{
    [SkippableFact]
    public async Task Put_a_new_path_answers_201_with_the_file()
    {
        var workspace = await Client.NewWorkspaceAsync();

        using var response = await Client.PutAsync(
            workspace.Id,
            "docs/guide.md",
            "# Guide"u8.ToArray(),
            "text/markdown"
        );

        var file = await response.ShouldBeJsonAsync(201);
        file.ShouldBeFile();
        file.Text("workspaceId").Should().Be(workspace.Id);
        file.Text("path").Should().Be("docs/guide.md");
        file.Text("name").Should().Be("guide.md");
        file.Text("contentType").Should().Be("text/markdown");
        file.GetProperty("size").GetInt64().Should().Be(7);
        file.Text("contentHash").Should().Be(ServiceCalls.Hash("# Guide"));
        file.GetProperty("version").GetInt64().Should().Be(1);
        file.Text("createdAt").Should().Be(file.Text("updatedAt"));
        response.Headers.ETag!.ToString().Should().Be($"\"{ServiceCalls.Hash("# Guide")}\"");
    }

    [SkippableFact]
    public async Task Put_a_known_path_answers_200_with_the_same_file_in_a_new_version()
    {
        var workspace = await Client.NewWorkspaceAsync();
        var first = await Client.UploadAsync(workspace, "a.txt", "one");

        using var response = await Client.PutAsync(workspace.Id, "a.txt", "two"u8.ToArray());

        var second = await response.ShouldBeJsonAsync(200);
        second.ShouldBeFile();
        second.Text("id").Should().Be(first.Text("id"));
        second.Text("createdAt").Should().Be(first.Text("createdAt"));
        second.Text("updatedAt").Time().Should().BeOnOrAfter(first.Text("updatedAt").Time());
        second.Text("contentHash").Should().Be(ServiceCalls.Hash("two"));
        second.GetProperty("version").GetInt64().Should().Be(2);
        response.Headers.ETag!.Tag.Should().Be($"\"{ServiceCalls.Hash("two")}\"");
    }

    [SkippableFact]
    public async Task Put_by_workspace_name_lands_in_the_workspace()
    {
        var workspace = await Client.NewWorkspaceAsync();

        using var response = await Client.PutAsync(workspace.Name, "a.txt", "a"u8.ToArray());

        (await response.ShouldBeJsonAsync(201)).Text("workspaceId").Should().Be(workspace.Id);
    }

    [SkippableFact]
    public async Task Put_nothing_stores_an_empty_file()
    {
        var workspace = await Client.NewWorkspaceAsync();

        var file = await Client.UploadAsync(workspace, "empty.txt", []);

        file.GetProperty("size").GetInt64().Should().Be(0);
        file.Text("contentHash").Should().Be("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        using var content = await Client.GetAsync($"/files/{file.Text("id")}/content");
        await content.ShouldBeAsync(200);
        content.Content.Headers.ContentLength.Should().Be(0);
    }

    [SkippableFact]
    public async Task Put_in_chunks_of_unknown_length_stores_them_all()
    {
        var workspace = await Client.NewWorkspaceAsync();
        var bytes = new byte[3_000_000];
        new Random(7).NextBytes(bytes);
        using var request = new HttpRequestMessage(HttpMethod.Put, ServiceCalls.FileUrl(workspace.Id, "chunks.bin"));
        request.Content = new StreamContent(new MemoryStream(bytes));
        request.Headers.TransferEncodingChunked = true;

        using var response = await Client.SendAsync(request);

        var file = await response.ShouldBeJsonAsync(201);
        file.GetProperty("size").GetInt64().Should().Be(bytes.Length);
        file.Text("contentHash").Should().Be(ServiceCalls.Hash(bytes));
        (await Client.GetByteArrayAsync($"/files/{file.Text("id")}/content")).Should().Equal(bytes);
    }

    [SkippableTheory]
    [InlineData("plain.txt", "text/plain")]
    [InlineData("page.html", "text/html")]
    [InlineData("notes.md", "text/markdown")]
    [InlineData("table.csv", "text/csv")]
    [InlineData("data.json", "application/json")]
    [InlineData("picture.png", "image/png")]
    [InlineData("drawing.svg", "image/svg+xml")]
    [InlineData("what.unheard-of", "application/octet-stream")]
    public async Task Put_without_a_content_type_takes_it_from_the_name(string path, string contentType)
    {
        var workspace = await Client.NewWorkspaceAsync();

        var file = await Client.UploadAsync(workspace, path, "x");

        file.Text("contentType").Split(';')[0].Should().Be(contentType);
    }

    [SkippableTheory]
    [InlineData("with space & plus+ percent%.txt")]
    [InlineData("größe/日本語/файл.md")]
    [InlineData("emoji 🚀.txt")]
    [InlineData("a=b;c,d/(e)!'~@$.txt")]
    [InlineData(".hidden/..two..dots..txt")]
    [InlineData("UPPER/lower.TXT")]
    public async Task Put_a_path_of_any_letters_gives_it_back_as_it_was(string path)
    {
        var workspace = await Client.NewWorkspaceAsync();

        var file = await Client.UploadAsync(workspace, path, "content of " + path);

        file.Text("path").Should().Be(path);
        file.Text("name").Should().Be(path.Split('/')[^1]);
        (await Client.GetStringAsync(ServiceCalls.FileUrl(workspace.Id, path))).Should().Be("content of " + path);
    }

    [SkippableFact]
    public async Task Put_paths_that_differ_in_case_are_two_files()
    {
        var workspace = await Client.NewWorkspaceAsync();

        var upper = await Client.UploadAsync(workspace, "Readme.md", "upper");
        var lower = await Client.UploadAsync(workspace, "readme.md", "lower");

        lower.Text("id").Should().NotBe(upper.Text("id"));
        (await Client.GetStringAsync(ServiceCalls.FileUrl(workspace.Id, "Readme.md"))).Should().Be("upper");
    }

    [SkippableFact]
    public async Task Put_one_path_from_many_callers_ends_in_one_whole_file()
    {
        var workspace = await Client.NewWorkspaceAsync();
        var texts = Enumerable.Range(0, 12).Select(i => new string((char)('a' + i), 50_000)).ToArray();

        var answers = await Task.WhenAll(
            texts.Select(t => Client.PutAsync(workspace.Id, "race.txt", Encoding.UTF8.GetBytes(t)))
        );

        answers.Select(a => (int)a.StatusCode).Should().OnlyContain(s => s == 200 || s == 201);
        answers.Count(a => (int)a.StatusCode == 201).Should().Be(1);
        var files = await Client.WalkAsync($"/workspaces/{workspace.Id}/files");
        files.Should().ContainSingle();
        files[0].GetProperty("version").GetInt64().Should().Be(12);
        var content = await Client.GetStringAsync(ServiceCalls.FileUrl(workspace.Id, "race.txt"));
        texts.Should().Contain(content);
        files[0].Text("contentHash").Should().Be(ServiceCalls.Hash(content));
    }
}

[Collection(OnSqlite.Name)]
public sealed class SqliteUploads(SqliteService service) : UploadContract(service);

[Collection(OnPostgreSql.Name)]
public sealed class PostgreSqlUploads(PostgreSqlService service) : UploadContract(service);
