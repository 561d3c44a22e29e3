using FileService.Tests.Fixture;

namespace FileService.Tests.BadInput;

/// <summary>Unknown fields, sorts, modes, limits and cursors: 400 that names the parameter and the value.</summary>
public abstract class BadQueries(ServiceFixture fixture) : ContractSuite(fixture)
{
    [SkippableTheory]
    [InlineData("files?fields=colour", "fields", "colour")]
    [InlineData("files?fields=id,colour", "fields", "colour")]
    [InlineData("files?fields=id,,path", "fields", null)]
    [InlineData("files?fields=id%3Bdrop", "fields", "id;drop")]
    [InlineData("files?fields=,id", "fields", null)]
    [InlineData("files?fields=ID", "fields", "ID")]
    [InlineData("files?fields=%20id", "fields", " id")]
    [InlineData("files?fields=id%00", "fields", null)]
    [InlineData("files?fields=%EF%BD%89d", "fields", null)]
    [InlineData("files?fields=f.tenant_id", "fields", "f.tenant_id")]
    [InlineData("files?fields=tenantId", "fields", "tenantId")]
    [InlineData("files?sort=colour", "sort", "colour")]
    [InlineData("files?sort=path,-colour", "sort", "colour")]
    [InlineData("files?sort=path,path", "sort", "path")]
    [InlineData("files?sort=path,-path", "sort", "path")]
    [InlineData("files?sort=--path", "sort", null)]
    [InlineData("files?sort=path%20desc", "sort", "path desc")]
    [InlineData("files?limit=0", "limit", "0")]
    [InlineData("files?limit=-1", "limit", "-1")]
    [InlineData("files?limit=1001", "limit", "1000")]
    [InlineData("files?limit=1000000000", "limit", "1000")]
    [InlineData("files?limit=99999999999999999999", "limit", "1000")]
    [InlineData("files?limit=ten", "limit", "ten")]
    [InlineData("files?limit=1.5", "limit", null)]
    [InlineData("files?after=nonsense", "after", null)]
    [InlineData("files?after=%00", "after", null)]
    [InlineData("files?after=..%2F..", "after", null)]
    [InlineData("search", "q", null)]
    [InlineData("search?q=", "q", null)]
    [InlineData("search?q=%20%20", "q", null)]
    [InlineData("search?q=a%00b", "q", null)]
    [InlineData("search?q=x&mode=guess", "mode", "guess")]
    [InlineData("search?q=x&limit=0", "limit", "0")]
    [InlineData("search?q=x&limit=1000000000", "limit", "1000")]
    [InlineData("search?q=x&after=nonsense", "after", null)]
    public async Task Get_answers_400_that_names_parameter_and_value(string query, string parameter, string? names)
    {
        var workspace = await Client.NewWorkspaceAsync();

        using var response = await Client.GetAsync($"/workspaces/{workspace.Id}/{query}");

        await response.ShouldBeProblemAsync(400, parameter, names);
    }

    [SkippableTheory]
    [InlineData("id,path,id", "repeated-field")]
    [InlineData("storages,storages", "repeated-field")]
    [InlineData("id,path,id,colour", "repeated-field")]
    [InlineData("colour,id,id", "unknown-field")]
    [InlineData("id,", "unknown-field")]
    public async Task Get_with_bad_fields_says_which_fault_it_is(string fields, string problem)
    {
        var workspace = await Client.NewWorkspaceAsync();

        using var response = await Client.GetAsync($"/workspaces/{workspace.Id}/files?fields={fields}");

        (await response.ShouldBeProblemAsync(400, "fields")).Text("type").Should().Be($"urn:perfkit:{problem}");
    }

    [SkippableTheory]
    [InlineData("search?q=%25")]
    [InlineData("search?q=...")]
    [InlineData("search?q='%3B%20drop%20table%20files%3B--")]
    [InlineData("search?q=%22%20OR%201%3D1")]
    [InlineData("search?q=a%26%7C!(b")]
    [InlineData("search?q=%F0%9F%9A%80")]
    [InlineData("search?q=NEAR(a%20b%2C%203)")]
    [InlineData("search?q=path%3Aa")]
    [InlineData("search?q=%5E*")]
    [InlineData("search?q=%25&mode=substring")]
    [InlineData("search?q=%27%22%5C&mode=substring")]
    public async Task Get_a_search_of_odd_signs_answers_a_list_or_names_the_query(string query)
    {
        var workspace = await Client.NewWorkspaceAsync();

        using var response = await Client.GetAsync($"/workspaces/{workspace.Id}/{query}");

        if ((int)response.StatusCode == 400)
        {
            await response.ShouldBeProblemAsync(400, "q");
        }
        else
        {
            (await response.ShouldBeJsonAsync(200)).ShouldBeList();
        }
    }

    [SkippableFact]
    public async Task Get_an_overlong_search_answers_400()
    {
        var workspace = await Client.NewWorkspaceAsync();

        using var response = await Client.GetAsync($"/workspaces/{workspace.Id}/search?q={new string('x', 5000)}");

        await response.ShouldBeProblemAsync(400, "q");
    }

    [SkippableFact]
    public async Task Get_with_a_cursor_of_another_query_answers_400()
    {
        var here = await Client.NewWorkspaceAsync();
        var there = await Client.NewWorkspaceAsync();
        foreach (var workspace in new[] { here, there })
        {
            for (var i = 0; i < 3; i++)
            {
                await Client.UploadAsync(workspace, $"zebra{i}.txt", "zebra");
            }
        }

        var list = (await Client.GetJsonAsync($"/workspaces/{here.Id}/files?sort=path&limit=1")).Text("next");
        var search = (await Client.GetJsonAsync($"/workspaces/{here.Id}/search?q=zebra&limit=1")).Text("next");
        var piece = (await Client.GetJsonAsync($"/workspaces/{here.Id}/search?q=zebra&mode=substring&limit=1")).Text(
            "next"
        );
        var forged = (list[0] == 'A' ? 'B' : 'A') + list[1..];
        string[] refused =
        [
            $"/workspaces/{here.Id}/files?sort=-path&after={Uri.EscapeDataString(list)}",
            $"/workspaces/{here.Id}/files?sort=size,path&after={Uri.EscapeDataString(list)}",
            $"/workspaces/{there.Id}/files?sort=path&after={Uri.EscapeDataString(list)}",
            $"/workspaces/{here.Id}/files?sort=path&after={Uri.EscapeDataString(search)}",
            $"/workspaces/{here.Id}/files?sort=path&after={Uri.EscapeDataString(forged)}",
            $"/workspaces/{here.Id}/files?sort=path&after={Uri.EscapeDataString(list[..^2])}",
            $"/workspaces/{here.Id}/files?sort=path&after={new string('A', 6000)}",
            $"/workspaces/{here.Id}/search?q=zebra&after={Uri.EscapeDataString(list)}",
            $"/workspaces/{here.Id}/search?q=zebra2&after={Uri.EscapeDataString(search)}",
            $"/workspaces/{here.Id}/search?q=zebra&mode=substring&after={Uri.EscapeDataString(search)}",
            $"/workspaces/{there.Id}/search?q=zebra&after={Uri.EscapeDataString(search)}",
            $"/workspaces/{here.Id}/search?q=zebra&after={Uri.EscapeDataString(piece)}",
            $"/workspaces/{here.Id}/search?q=zebr&mode=substring&after={Uri.EscapeDataString(piece)}",
            $"/workspaces/{there.Id}/search?q=zebra&mode=substring&after={Uri.EscapeDataString(piece)}",
        ];

        foreach (var url in refused)
        {
            using var response = await Client.GetAsync(url);
            await response.ShouldBeProblemAsync(400, "after");
        }

        await Client.GetJsonAsync($"/workspaces/{here.Id}/files?sort=path&after={Uri.EscapeDataString(list)}");
        await Client.GetJsonAsync($"/workspaces/{here.Id}/search?q=zebra&after={Uri.EscapeDataString(search)}");
    }
}

[Collection(OnSqlite.Name)]
public sealed class SqliteBadQueries(SqliteService service) : BadQueries(service);

[Collection(OnPostgreSql.Name)]
public sealed class PostgreSqlBadQueries(PostgreSqlService service) : BadQueries(service);
