using System.Globalization;
using System.Text.Json;
using FileService.Tests.Fixture;

namespace FileService.Tests.Contract;

/// <summary>What a search answers: shape, snippets, order, pages.</summary>
public abstract class SearchAnswerContract(ServiceFixture fixture) : ContractSuite(fixture)
{
    [SkippableTheory]
    [InlineData("words")]
    [InlineData("substring")]
    public async Task Items_have_id_path_score_and_snippet(string mode)
    {
        var workspace = await Client.NewWorkspaceAsync();
        var file = await Client.UploadAsync(workspace, "docs/zoo.txt", "a zebra lives here");

        var list = await Client.GetJsonAsync($"/workspaces/{workspace.Id}/search?q=zebra&mode={mode}");

        list.ShouldBeList();
        var item = list.GetProperty("items")[0];
        item.ShouldHaveExactly("id", "path", "score", "snippet");
        item.Text("id").Should().Be(file.Text("id"));
        item.Text("path").Should().Be("docs/zoo.txt");
        item.GetProperty("score").ValueKind.Should().Be(JsonValueKind.Number);
        item.Text("snippet").Should().Contain("a <mark>zebra</mark> lives here");
    }

    [SkippableTheory]
    [InlineData("words")]
    [InlineData("substring")]
    public async Task Snippets_escape_everything_but_their_own_marks(string mode)
    {
        var workspace = await Client.NewWorkspaceAsync();
        await Client.UploadAsync(workspace, "a.txt", "<script>alert('x')</script> & <mark>zebra</mark> \"q\"");

        var list = await Client.GetJsonAsync($"/workspaces/{workspace.Id}/search?q=zebra&mode={mode}");

        var snippet = list.GetProperty("items")[0].Text("snippet");
        snippet.Should().Contain("&lt;mark&gt;<mark>zebra</mark>&lt;/mark&gt;").And.Contain("&amp;");
        snippet.Replace("<mark>", "").Replace("</mark>", "").Should().NotContain("<").And.NotContain(">");
    }

    [SkippableFact]
    public async Task Snippets_mark_every_query_word_and_the_prefix()
    {
        var workspace = await Client.NewWorkspaceAsync();
        await Client.UploadAsync(workspace, "a.txt", "The Quick brown FOXES jump");

        var list = await Client.GetJsonAsync($"/workspaces/{workspace.Id}/search?q=quick%20fox");

        var snippet = list.GetProperty("items")[0].Text("snippet");
        snippet.Should().Contain("<mark>Quick</mark>").And.MatchRegex("<mark>FOX(</mark>ES|ES</mark>)");
    }

    [SkippableFact]
    public async Task Snippets_are_short_and_show_the_place_in_a_long_text()
    {
        var workspace = await Client.NewWorkspaceAsync();
        var filler = string.Concat(Enumerable.Repeat("lorem ipsum dolor ", 2000));
        await Client.UploadAsync(workspace, "a.txt", filler + "the zebra stands " + filler);

        var list = await Client.GetJsonAsync($"/workspaces/{workspace.Id}/search?q=zebra");

        var snippet = list.GetProperty("items")[0].Text("snippet");
        snippet.Should().Contain("<mark>zebra</mark>");
        snippet.Length.Should().BeLessThan(2000);
    }

    [SkippableFact]
    public async Task Snippets_of_a_match_in_the_path_alone_are_harmless()
    {
        var workspace = await Client.NewWorkspaceAsync();
        await Client.UploadAsync(workspace, "a&b/zebra's.txt", "nothing of interest");

        var list = await Client.GetJsonAsync($"/workspaces/{workspace.Id}/search?q=zebra");

        var item = list.GetProperty("items")[0];
        item.Text("path").Should().Be("a&b/zebra's.txt");
        item.Text("snippet").Should().NotContain("a&b", "what is not a mark is escaped");
    }

    [SkippableTheory]
    [InlineData("words")]
    [InlineData("substring")]
    public async Task Pages_give_every_match_once_best_first(string mode)
    {
        var workspace = await Client.NewWorkspaceAsync();
        HashSet<string> expected = [];
        for (var i = 0; i < 23; i++)
        {
            var text = string.Concat(Enumerable.Repeat("zebra and more ", 1 + i % 4));
            expected.Add(
                (
                    await Client.UploadAsync(workspace, string.Create(CultureInfo.InvariantCulture, $"f{i}.txt"), text)
                ).Text("id")
            );
        }

        var items = await Client.WalkAsync($"/workspaces/{workspace.Id}/search?q=zebra&mode={mode}&limit=5");

        items.Should().HaveCount(23);
        items.Select(i => i.Text("id")).ToHashSet().SetEquals(expected).Should().BeTrue();
        items.Select(i => i.GetProperty("score").GetDouble()).Should().BeInDescendingOrder();
    }

    [SkippableFact]
    public async Task Substrings_come_by_id_whatever_their_paths_and_say_that_they_are_complete()
    {
        var workspace = await Client.NewWorkspaceAsync();
        List<string> ids = [];
        foreach (var path in (string[])["m.txt", "z.txt", "a.txt"])
        {
            ids.Add((await Client.UploadAsync(workspace, path, "the zebra")).Text("id"));
        }

        var url = $"/workspaces/{workspace.Id}/search?q=ebr&mode=substring&limit=2";
        var items = await Client.WalkAsync(url);

        items.Select(i => i.Text("id")).Should().Equal(ids.Order(StringComparer.Ordinal));
        (await Client.GetJsonAsync(url)).GetProperty("partial").GetBoolean().Should().BeFalse();
    }

    [SkippableFact]
    public async Task Pages_hold_at_most_the_limit()
    {
        var workspace = await Client.NewWorkspaceAsync();
        for (var i = 0; i < 4; i++)
        {
            await Client.UploadAsync(workspace, string.Create(CultureInfo.InvariantCulture, $"f{i}.txt"), "zebra");
        }

        var page = await Client.GetJsonAsync($"/workspaces/{workspace.Id}/search?q=zebra&limit=3");
        var exact = await Client.GetJsonAsync($"/workspaces/{workspace.Id}/search?q=zebra&limit=4");

        page.GetProperty("items").GetArrayLength().Should().Be(3);
        page.GetProperty("next").ValueKind.Should().Be(JsonValueKind.String);
        exact.GetProperty("items").GetArrayLength().Should().Be(4);
        exact.GetProperty("next").ValueKind.Should().Be(JsonValueKind.Null);
    }
}

[Collection(OnSqlite.Name)]
public sealed class SqliteSearchAnswers(SqliteService service) : SearchAnswerContract(service);

[Collection(OnPostgreSql.Name)]
public sealed class PostgreSqlSearchAnswers(PostgreSqlService service) : SearchAnswerContract(service);
