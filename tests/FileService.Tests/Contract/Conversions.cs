using System.Text.Json;
using FileService.Tests.Fixture;

namespace FileService.Tests.Contract;

/// <summary><c>GET /files/{id}/content?as=</c>: html, jsonl, text, and 406 with the possible ones.</summary>
public abstract class ConversionContract(ServiceFixture fixture) : ContractSuite(fixture)
{
    [SkippableFact]
    public async Task Markdown_as_html_is_a_sandboxed_document()
    {
        using var response = await ConvertAsync(
            "guide.md",
            "# Title\n\nSome **bold** text, [link](https://a.example/).\n",
            "html"
        );

        await response.ShouldBeAsync(200);
        response.Content.Headers.ContentType!.MediaType.Should().Be("text/html");
        response.Headers.GetValues("X-Content-Type-Options").Should().Equal("nosniff");
        response.Headers.GetValues("Content-Security-Policy").Single().Should().Contain("sandbox");
        var html = await response.Content.ReadAsStringAsync();
        html.Should().MatchRegex("<h1[^>]*>Title</h1>").And.Contain("<strong>bold</strong>");
        html.Should().Contain("href=\"https://a.example/\"");
    }

    [SkippableFact]
    public async Task Csv_as_jsonl_is_one_object_a_row()
    {
        const string csv = "name,city,note\r\nAda,London,\"says \"\"hi\"\", twice\"\r\nGrace,\"New\nYork\",\r\n";

        using var response = await ConvertAsync("people.csv", csv, "jsonl");

        await response.ShouldBeAsync(200);
        response.Content.Headers.ContentType!.MediaType.Should().Contain("json");
        var lines = (await response.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var rows = lines.Select(l => JsonSerializer.Deserialize<JsonElement>(l)).ToArray();
        rows.Should().HaveCount(2);
        rows[0].ShouldHaveExactly("name", "city", "note");
        rows[0].Text("note").Should().Be("says \"hi\", twice");
        rows[1].Text("city").Should().Be("New\nYork");
        rows[1].Text("note").Should().BeEmpty();
    }

    [SkippableTheory]
    [InlineData("guide.md", "# Title\n\nSome **bold** words.\n")]
    [InlineData(
        "page.html",
        "<html><head><script>alert(1)</script></head><body><h1>Title</h1><p>Some <b>bold</b> words.</p></body></html>"
    )]
    [InlineData("plain.txt", "Title. Some bold words.")]
    public async Task Documents_as_text_keep_the_words_and_lose_the_marks(string path, string content)
    {
        using var response = await ConvertAsync(path, content, "text");

        await response.ShouldBeAsync(200);
        response.Content.Headers.ContentType!.MediaType.Should().Be("text/plain");
        var text = await response.Content.ReadAsStringAsync();
        text.Should().Contain("Title").And.Contain("Some bold words.");
        text.Should().NotContain("<").And.NotContain("**").And.NotContain("alert");
    }

    [SkippableTheory]
    [InlineData("guide.md", "jsonl", "html", "text")]
    [InlineData("table.csv", "html", "jsonl", "text")]
    [InlineData("table.csv", "pdf", "jsonl", "text")]
    [InlineData("guide.md", "", "html", "text")]
    public async Task Unknown_or_impossible_targets_answer_406_with_the_possible_ones(
        string path,
        string target,
        params string[] possible
    )
    {
        using var response = await ConvertAsync(path, "a,b\n1,2\n", target);

        var problem = await response.ShouldBeProblemAsync(406, "as");
        foreach (var name in possible)
        {
            problem.ToString().Should().Contain(name);
        }
    }

    [SkippableFact]
    public async Task Bytes_without_a_conversion_answer_406()
    {
        using var response = await ConvertAsync("picture.png", "\u0089PNG", "html");

        await response.ShouldBeProblemAsync(406, "as");
    }

    [SkippableFact]
    public async Task Conversions_are_the_same_the_second_time_and_tagged_apart_from_the_bytes()
    {
        var workspace = await Client.NewWorkspaceAsync();
        var file = await Client.UploadAsync(workspace, "guide.md", "# Title\n");
        var url = $"/files/{file.Text("id")}/content?as=html";

        using var first = await Client.GetAsync(url);
        using var second = await Client.GetAsync(url);

        (await second.Content.ReadAsStringAsync()).Should().Be(await first.Content.ReadAsStringAsync());
        second.Headers.ETag.Should().Be(first.Headers.ETag);
        first.Headers.ETag?.Tag.Should().NotBe($"\"{file.Text("contentHash")}\"", "one tag names one representation");
    }

    [SkippableFact]
    public async Task Conversions_follow_a_replacement()
    {
        var workspace = await Client.NewWorkspaceAsync();
        var id = (await Client.UploadAsync(workspace, "guide.md", "# One\n")).Text("id");
        (await Client.GetStringAsync($"/files/{id}/content?as=html")).Should().Contain("One");

        await Client.UploadAsync(workspace, "guide.md", "# Two\n");

        (await Client.GetStringAsync($"/files/{id}/content?as=html")).Should().Contain("Two");
    }

    [SkippableFact]
    public async Task The_same_bytes_under_another_type_are_converted_as_that_type()
    {
        const string bytes = "a,b\t**c**\n1,2\t<i>3</i>\n";
        using var commas = await ConvertAsync("same.csv", bytes, "jsonl");
        using var tabs = await ConvertAsync("same.tsv", bytes, "jsonl");
        using var markdown = await ConvertAsync("same.md", bytes, "text");
        using var plain = await ConvertAsync("same.txt", bytes, "text");

        (await commas.Content.ReadAsStringAsync()).Should().Contain("\"a\"");
        (await tabs.Content.ReadAsStringAsync()).Should().Contain("\"a,b\"");
        (await markdown.Content.ReadAsStringAsync()).Should().NotContain("**");
        (await plain.Content.ReadAsStringAsync()).Should().Be(bytes);
        new[] { commas, tabs }.Select(static r => r.Headers.ETag!.Tag).Should().OnlyHaveUniqueItems();
    }

    private async Task<HttpResponseMessage> ConvertAsync(string path, string content, string target)
    {
        var workspace = await Client.NewWorkspaceAsync();
        var file = await Client.UploadAsync(workspace, path, content);
        return await Client.GetAsync($"/files/{file.Text("id")}/content?as={target}");
    }
}

[Collection(OnSqlite.Name)]
public sealed class SqliteConversions(SqliteService service) : ConversionContract(service);

[Collection(OnPostgreSql.Name)]
public sealed class PostgreSqlConversions(PostgreSqlService service) : ConversionContract(service);
