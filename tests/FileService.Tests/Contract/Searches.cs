using System.Text.Json;
using FileService.Tests.Fixture;

namespace FileService.Tests.Contract;

/// <summary><c>GET /workspaces/{ws}/search?q=&amp;mode=&amp;after=&amp;limit=</c>: which files match.</summary>
public abstract class SearchContract(ServiceFixture fixture) : ContractSuite(fixture)
{
    private const string Substring = "&mode=substring";

    [SkippableTheory]
    [InlineData("a.txt", "the quick brown fox", "quick", true)]
    [InlineData("a.txt", "the quick brown fox", "fox quick", true)]
    [InlineData("a.txt", "the quick brown fox", "QUICK Fox", true)]
    [InlineData("a.txt", "the quick brown fox", "quick cat", false)]
    [InlineData("a.txt", "the quick brown fox", "bro", true)]
    [InlineData("a.txt", "the quick brown fox", "quick bro", true)]
    [InlineData("a.txt", "the quick brown fox", "bro quick", false)]
    [InlineData("a.txt", "the quick brown fox", "rown", false)]
    [InlineData("a.txt", "the quick brown fox", "quick,brown!", true)]
    [InlineData("a.txt", "class FileServiceHost;", "service", true)]
    [InlineData("a.txt", "class FileServiceHost;", "file host", true)]
    [InlineData("a.txt", "class FileServiceHost;", "FileService", true)]
    [InlineData("a.txt", "class FileServiceHost;", "serviceHost file", true)]
    [InlineData("a.txt", "max_open_files = 10", "open files", true)]
    [InlineData("a.txt", "max_open_files = 10", "max_open_files", true)]
    [InlineData("a.txt", "see net/ipv4/tcp-rmem.conf", "tcp rmem", true)]
    [InlineData("a.txt", "see net/ipv4/tcp-rmem.conf", "tcp-rmem.conf", true)]
    [InlineData("a.txt", "see net/ipv4/tcp-rmem.conf", "ipv4 conf", true)]
    [InlineData("guides/GettingStarted.md", "nothing", "getting", true)]
    [InlineData("guides/GettingStarted.md", "nothing", "guides started", true)]
    [InlineData("guides/GettingStarted.md", "nothing", "nothing guides", true)]
    [InlineData("guides/GettingStarted.md", "nothing", "md nothing", true)]
    [InlineData("a.txt", "Die Größe über alles", "größe ÜBER", true)]
    [InlineData("a.txt", "Die Größe über alles", "uber", false)]
    [InlineData("a.txt", "Привет мир", "ПРИВЕТ", true)]
    [InlineData("a.txt", "it's a \"quoted\" (paren) AND * text", "\"quoted\" AND", true)]
    [InlineData("a.txt", "it's a \"quoted\" (paren) AND * text", "(paren) text*", true)]
    [InlineData("a.txt", "alpha beta", "alpha OR gamma", false)]
    [InlineData("a.txt", "alpha beta", "NOT gamma", false)]
    [InlineData("a.txt", "alpha beta", "-beta", true)]
    [InlineData("a.txt", "the runners are running", "run", true)]
    [InlineData("a.txt", "the runners are running", "run the", false)]
    [InlineData("a.txt", "the of and", "the of", true)]
    public async Task Words_match_tokens_of_path_name_and_text(string path, string text, string query, bool matches)
    {
        var workspace = await Client.NewWorkspaceAsync();
        var file = await Client.UploadAsync(workspace, path, text);
        await Client.UploadAsync(workspace, "zzz.bin", [0, 1, 2]);

        var found = await SearchAsync(workspace, query);

        found.Should().Equal(matches ? [file.Text("id")] : []);
    }

    [SkippableTheory]
    [InlineData("a.txt", "the quick brown fox", "rown f", true)]
    [InlineData("a.txt", "the quick brown fox", "quickbrown", false)]
    [InlineData("a.txt", "progress is 100% done", "100%", true)]
    [InlineData("a.txt", "progress is 1000 done", "100% d", false)]
    [InlineData("a.txt", "snake_case", "e_c", true)]
    [InlineData("a.txt", "snakeXcase", "e_c", false)]
    [InlineData("a.txt", "a back\\slash", "k\\s", true)]
    [InlineData("folder/special.txt", "nothing", "der/spec", true)]
    [InlineData("a.txt", "it's", "t's", true)]
    [InlineData("a.txt", "the quick brown fox", "ROWN F", true)]
    [InlineData("a.txt", "call(a, b);", "(a, ", true)]
    [InlineData("a.txt", "call(a, b);", "(b, ", false)]
    [InlineData("a.txt", "the quick brown fox", "ow", false)]
    [InlineData("a.txt", "the quick brown fox", "br", true)]
    [InlineData("a.txt", "the quick brown fox", "F", true)]
    [InlineData("special.txt", "nothing", "sp", true)]
    public async Task Substrings_match_literally_anywhere(string path, string text, string query, bool matches)
    {
        var workspace = await Client.NewWorkspaceAsync();
        var file = await Client.UploadAsync(workspace, path, text);
        await Client.UploadAsync(workspace, "zzz.bin", [0, 1, 2]);

        var found = await SearchAsync(workspace, query, Substring);

        found.Should().Equal(matches ? [file.Text("id")] : []);
    }

    [SkippableFact]
    public async Task Substrings_follow_uploads_replacements_and_deletes_and_stay_within_the_workspace()
    {
        var workspace = await Client.NewWorkspaceAsync();
        var there = await Client.NewWorkspaceAsync();
        await Client.UploadAsync(there, "a.txt", "the zebra");
        var id = (await Client.UploadAsync(workspace, "a.txt", "the zebra")).Text("id");
        (await SearchAsync(workspace, "ebr", Substring)).Should().Equal(id);

        await Client.UploadAsync(workspace, "a.txt", "the giraffe");
        (await SearchAsync(workspace, "ebr", Substring)).Should().BeEmpty();
        (await SearchAsync(workspace, "iraf", Substring)).Should().Equal(id);

        (await Client.DeleteAsync($"/files/{id}")).Dispose();
        (await SearchAsync(workspace, "iraf", Substring)).Should().BeEmpty();
    }

    [SkippableFact]
    public async Task Words_follow_uploads_replacements_and_deletes_at_once()
    {
        var workspace = await Client.NewWorkspaceAsync();
        var id = (await Client.UploadAsync(workspace, "a.txt", "zebra")).Text("id");
        (await SearchAsync(workspace, "zebra")).Should().Equal(id);

        await Client.UploadAsync(workspace, "a.txt", "giraffe");
        (await SearchAsync(workspace, "zebra")).Should().BeEmpty();
        (await SearchAsync(workspace, "giraffe")).Should().Equal(id);

        (await Client.DeleteAsync($"/files/{id}")).Dispose();
        (await SearchAsync(workspace, "giraffe")).Should().BeEmpty();
    }

    [SkippableFact]
    public async Task Words_stay_within_the_workspace()
    {
        var here = await Client.NewWorkspaceAsync();
        var there = await Client.NewWorkspaceAsync();
        await Client.UploadAsync(there, "a.txt", "zebra");

        (await SearchAsync(here, "zebra")).Should().BeEmpty();
    }

    [SkippableFact]
    public async Task Words_at_the_end_of_a_long_text_are_found()
    {
        var workspace = await Client.NewWorkspaceAsync();
        var text = string.Concat(Enumerable.Range(0, 40_000).Select(i => $"word{i % 977} ")) + "zebra";

        var file = await Client.UploadAsync(workspace, "long.txt", text);

        (await SearchAsync(workspace, "zebra")).Should().Equal(file.Text("id"));
    }

    [SkippableFact]
    public async Task Snippets_of_a_page_show_the_text_of_their_own_file()
    {
        var workspace = await Client.NewWorkspaceAsync();
        foreach (var words in (int[])[20_000, 1, 9_000, 0, 300])
        {
            var text = $"zebra of {words} " + string.Concat(Enumerable.Repeat($"word{words} ", words));
            await Client.UploadAsync(workspace, $"{words}.txt", text);
        }

        var list = await Client.GetJsonAsync($"/workspaces/{workspace.Id}/search?q=zebra");

        foreach (var item in list.GetProperty("items").EnumerateArray())
        {
            var words = Path.GetFileNameWithoutExtension(item.Text("path"));
            item.Text("snippet").Should().StartWith($"<mark>zebra</mark> of {words}");
            item.Text("snippet").Replace($"word{words} ", "").Should().NotContain("word");
        }

        list.GetProperty("items").GetArrayLength().Should().Be(5);
    }

    [SkippableFact]
    public async Task Snippets_do_not_end_within_a_character()
    {
        var workspace = await Client.NewWorkspaceAsync();
        var lead = new string('a', 65_500) + " zebra "; // The 65,536th character is the first half of a pair.
        await Client.UploadAsync(workspace, "a.txt", lead + string.Concat(Enumerable.Repeat("\U0001F600", 100)));

        var list = await Client.GetJsonAsync($"/workspaces/{workspace.Id}/search?q=zebra");

        list.GetProperty("items")[0].Text("snippet").Should().EndWith("\U0001F600").And.NotContain("\uFFFD");
    }

    [SkippableFact]
    public async Task Words_by_workspace_name_find_the_same()
    {
        var workspace = await Client.NewWorkspaceAsync();
        var file = await Client.UploadAsync(workspace, "a.txt", "zebra");

        var list = await Client.GetJsonAsync($"/workspaces/{workspace.Name}/search?q=zebra&mode=words");

        list.GetProperty("items")[0].Text("id").Should().Be(file.Text("id"));
    }

    private async Task<string[]> SearchAsync(Workspace workspace, string query, string more = "")
    {
        var url = $"/workspaces/{workspace.Id}/search?q={Uri.EscapeDataString(query)}{more}";
        var list = await Client.GetJsonAsync(url);
        list.ShouldBeList();
        return [.. list.GetProperty("items").EnumerateArray().Select(i => i.Text("id"))];
    }
}

[Collection(OnSqlite.Name)]
public sealed class SqliteSearches(SqliteService service) : SearchContract(service);

[Collection(OnPostgreSql.Name)]
public sealed class PostgreSqlSearches(PostgreSqlService service) : SearchContract(service);
