using FileService.Tests.Fixture;

namespace FileService.Tests.BadInput;

/// <summary>Broken CSV, text that is not UTF-8: stored as it is, refused where it must be understood.</summary>
public abstract class BadContents(ServiceFixture fixture) : ContractSuite(fixture)
{
    private static readonly byte[] NotUtf8 = [.. "name,city\nJos"u8, 0xE9, .. ",M"u8, 0xFC, .. "nchen\nzebra,x\n"u8];

    [SkippableTheory]
    [InlineData("a,b\n1,\"never closed\n2,3\n")]
    [InlineData("a,b\n1,2,3\n")]
    [InlineData("a,a\n1,2\n")]
    [InlineData("a,b\n1,\"x\"y\n")]
    public async Task Broken_csv_as_jsonl_answers_422_that_names_the_line(string csv)
    {
        var workspace = await Client.NewWorkspaceAsync();
        var file = await Client.UploadAsync(workspace, "broken.csv", csv);

        using var response = await Client.GetAsync($"/files/{file.Text("id")}/content?as=jsonl");

        var problem = await response.ShouldBeProblemAsync(422);
        problem.Text("detail").Should().MatchRegex("(?i)(line|row|column|header) ");
        (await Client.GetStringAsync($"/files/{file.Text("id")}/content")).Should().Be(csv);
    }

    [SkippableTheory]
    [InlineData("a.csv", "jsonl")]
    [InlineData("a.md", "html")]
    [InlineData("a.md", "text")]
    [InlineData("a.txt", "text")]
    public async Task Text_that_is_not_utf8_answers_422_on_conversion_that_says_so(string path, string target)
    {
        var workspace = await Client.NewWorkspaceAsync();
        var file = await Client.UploadAsync(workspace, path, NotUtf8);

        using var response = await Client.GetAsync($"/files/{file.Text("id")}/content?as={target}");

        await response.ShouldBeProblemAsync(422, names: "UTF-8");
        (await Client.GetByteArrayAsync($"/files/{file.Text("id")}/content")).Should().Equal(NotUtf8);
    }

    [SkippableFact]
    public async Task Text_that_is_not_utf8_is_found_by_name()
    {
        var workspace = await Client.NewWorkspaceAsync();
        var file = await Client.UploadAsync(workspace, "zebra-latin1.txt", [0xE9, 0x00, 0xFF, 0xFE]);

        var list = await Client.GetJsonAsync($"/workspaces/{workspace.Id}/search?q=zebra");

        list.GetProperty("items")[0].Text("id").Should().Be(file.Text("id"));
    }

    [SkippableFact]
    public async Task Text_with_NUL_inside_is_stored_and_does_not_break_the_search()
    {
        var workspace = await Client.NewWorkspaceAsync();
        byte[] content = [.. "alpha\0beta gamma"u8];
        var file = await Client.UploadAsync(workspace, "nul-inside.txt", content);

        var list = await Client.GetJsonAsync($"/workspaces/{workspace.Id}/search?q=inside");

        list.GetProperty("items")[0].Text("id").Should().Be(file.Text("id"));
        (await Client.GetByteArrayAsync($"/files/{file.Text("id")}/content")).Should().Equal(content);
    }
}

[Collection(OnSqlite.Name)]
public sealed class SqliteBadContents(SqliteService service) : BadContents(service);

[Collection(OnPostgreSql.Name)]
public sealed class PostgreSqlBadContents(PostgreSqlService service) : BadContents(service);
