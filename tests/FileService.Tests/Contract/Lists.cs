using System.Text.Json;
using System.Text.RegularExpressions;
using FileService.Tests.Fixture;

namespace FileService.Tests.Contract;

/// <summary><c>GET /workspaces/{ws}/files?fields=&amp;sort=&amp;after=&amp;limit=</c>.</summary>
public abstract class ListContract(ServiceFixture fixture) : ContractSuite(fixture)
{
    private const int Files = 57;

    [SkippableFact]
    public async Task List_of_an_empty_workspace_has_no_items_and_no_next()
    {
        var workspace = await Client.NewWorkspaceAsync();

        using var response = await Client.GetAsync($"/workspaces/{workspace.Id}/files");

        var list = await response.ShouldBeJsonAsync(200);
        list.ToString().Should().Be("""{"items":[],"next":null}""");
        response.Headers.Contains("Link").Should().BeFalse();
    }

    [SkippableFact]
    public async Task List_without_a_limit_gives_fifty_whole_files_and_a_link_to_the_rest()
    {
        var workspace = await SeedAsync();

        using var response = await Client.GetAsync($"/workspaces/{workspace.Id}/files");

        var list = await response.ShouldBeJsonAsync(200);
        list.ShouldBeList();
        list.GetProperty("items").GetArrayLength().Should().Be(50);
        foreach (var file in list.GetProperty("items").EnumerateArray())
        {
            file.ShouldBeFile();
        }

        var rest = await Client.GetJsonAsync(NextLink(response)!);
        rest.GetProperty("items").GetArrayLength().Should().Be(Files - 50);
        rest.GetProperty("next").ValueKind.Should().Be(JsonValueKind.Null);
    }

    [SkippableTheory]
    [InlineData("path")]
    [InlineData("-path")]
    [InlineData("name")]
    [InlineData("size")]
    [InlineData("-size")]
    [InlineData("id")]
    [InlineData("createdAt")]
    [InlineData("updatedAt")]
    [InlineData("-updatedAt")]
    [InlineData("-updatedAt,path")]
    [InlineData("size,path")]
    [InlineData("size,-path")]
    [InlineData("-size,name,-path")]
    [InlineData("name,-size,path")]
    [InlineData("-size,-id")]
    public async Task List_walked_by_links_gives_every_file_once_in_order(string sort)
    {
        var workspace = await SeedAsync();

        List<JsonElement> items = [];
        for (string? url = $"/workspaces/{workspace.Id}/files?sort={sort}&limit=7"; url is not null; )
        {
            using var response = await Client.GetAsync(url);
            var list = await response.ShouldBeJsonAsync(200);
            list.GetProperty("items").GetArrayLength().Should().BeInRange(1, 7);
            items.AddRange(list.GetProperty("items").EnumerateArray());
            url = NextLink(response);
            (list.GetProperty("next").GetString() is null).Should().Be(url is null, "next and Link agree");
        }

        items.Select(i => i.Text("id")).Should().HaveCount(Files).And.OnlyHaveUniqueItems();
        foreach (var (before, after) in items.Zip(items.Skip(1)))
        {
            FileOrder.Compare(sort, before, after).Should().BeLessThanOrEqualTo(0, "{0} then {1}", before, after);
        }
    }

    [SkippableTheory]
    [InlineData("path")]
    [InlineData("-size,name,-path")]
    public async Task List_walked_back_from_the_last_page_gives_the_same_files(string sort)
    {
        var workspace = await SeedAsync();
        var all = await Client.WalkAsync($"/workspaces/{workspace.Id}/files?sort={sort}&limit=1000");

        List<JsonElement> items = [];
        for (string? url = $"/workspaces/{workspace.Id}/files?sort={sort}&limit=7&after=last"; url is not null; )
        {
            using var response = await Client.GetAsync(url);
            var list = await response.ShouldBeJsonAsync(200);
            items.InsertRange(0, list.GetProperty("items").EnumerateArray());
            url = PreviousLink(response);
        }

        items.Select(static i => i.Text("id")).Should().Equal(all.Select(static i => i.Text("id")));
    }

    [SkippableTheory]
    [InlineData("id,path,size")]
    [InlineData("contentHash")]
    [InlineData("name,updatedAt,version,contentType,createdAt,workspaceId")]
    [InlineData("storages")]
    [InlineData("storages,size")]
    public async Task List_with_fields_gives_just_these(string fields)
    {
        var workspace = await SeedAsync();

        var list = await Client.GetJsonAsync($"/workspaces/{workspace.Id}/files?fields={fields}&limit=3");

        foreach (var file in list.GetProperty("items").EnumerateArray())
        {
            file.ShouldHaveExactly(fields.Split(','));
        }
    }

    [SkippableFact]
    public async Task List_of_storages_alone_finds_those_of_each_file()
    {
        var workspace = await SeedAsync();

        var list = await Client.GetJsonAsync($"/workspaces/{workspace.Id}/files?fields=storages&limit=3");
        var ids = await Client.GetJsonAsync($"/workspaces/{workspace.Id}/files?fields=id&limit=3");

        foreach (var (item, id) in list.GetProperty("items").EnumerateArray().Zip(Ids(ids)))
        {
            var storages = item.GetProperty("storages");
            var file = await Client.GetJsonAsync($"/files/{id}");
            storages.GetArrayLength().Should().BePositive();
            storages.ToString().Should().Be(file.GetProperty("storages").ToString());
        }
    }

    [SkippableFact]
    public async Task List_sorts_by_a_field_that_is_not_shown()
    {
        var workspace = await SeedAsync();

        var shown = await Client.WalkAsync($"/workspaces/{workspace.Id}/files?fields=path&sort=-size,path&limit=10");
        var whole = await Client.WalkAsync($"/workspaces/{workspace.Id}/files?sort=-size,path&limit=1000");

        shown.Select(f => f.Text("path")).Should().Equal(whole.Select(f => f.Text("path")));
    }

    [SkippableFact]
    public async Task List_walked_while_files_come_and_go_shows_the_others_once()
    {
        var workspace = await SeedAsync();
        var all = await Client.WalkAsync($"/workspaces/{workspace.Id}/files?sort=path&limit=1000");
        var gone = all[20];

        var first = await Client.GetJsonAsync($"/workspaces/{workspace.Id}/files?sort=path&limit=21");
        await Client.UploadAsync(workspace, "!before everything.txt", "new");
        (await Client.DeleteAsync($"/files/{gone.Text("id")}")).Dispose();
        var next = Uri.EscapeDataString(first.Text("next"));
        var rest = await Client.GetJsonAsync($"/workspaces/{workspace.Id}/files?sort=path&limit=1000&after={next}");

        Ids(first).Concat(Ids(rest)).Should().Equal(all.Select(f => f.Text("id")));
    }

    [SkippableFact]
    public async Task List_goes_on_with_another_limit()
    {
        var workspace = await SeedAsync();
        var all = await Client.WalkAsync($"/workspaces/{workspace.Id}/files?sort=-size,path&limit=1000");

        var first = await Client.GetJsonAsync($"/workspaces/{workspace.Id}/files?sort=-size,path&limit=5");
        var next = Uri.EscapeDataString(first.Text("next"));
        var rest = await Client.GetJsonAsync(
            $"/workspaces/{workspace.Id}/files?sort=-size,path&limit=100&after={next}"
        );

        Ids(first).Concat(Ids(rest)).Should().Equal(all.Select(f => f.Text("id")));
    }

    private static IEnumerable<string> Ids(JsonElement list) =>
        list.GetProperty("items").EnumerateArray().Select(f => f.Text("id"));

    private static string? NextLink(HttpResponseMessage response)
    {
        if (!response.Headers.TryGetValues("Link", out var values))
        {
            return null;
        }

        var link = values.Should().ContainSingle().Subject;
        link.Should().MatchRegex("^<[^>]+>; rel=\"next\"$");
        return link[1..link.IndexOf('>', StringComparison.Ordinal)];
    }

    private static string? PreviousLink(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Link", out var values)
        && Regex.Match(string.Join(", ", values), "<([^>]+)>; rel=\"prev\"") is { Success: true } link
            ? link.Groups[1].Value
            : null;

    private async Task<Workspace> SeedAsync()
    {
        var workspace = await Client.NewWorkspaceAsync();
        for (var i = 0; i < Files; i++)
        {
            await Client.UploadAsync(workspace, FileOrder.PathOf(i), new string('x', i * 7 % 5));
        }

        return workspace;
    }
}

[Collection(OnSqlite.Name)]
public sealed class SqliteLists(SqliteService service) : ListContract(service);

[Collection(OnPostgreSql.Name)]
public sealed class PostgreSqlLists(PostgreSqlService service) : ListContract(service);
