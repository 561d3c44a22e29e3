using System.Text.Json;
using FileService.Tests.Fixture;
using Npgsql;
using PerfKit.TestKit;
using PerfKit.TestKit.Load;

namespace FileService.Tests.Caching;

/// <summary>Services on one PostgreSQL and Redis, and what they say of a workspace.</summary>
internal static class CachedService
{
    public static async Task<ServiceStart> StartOfAsync(TempFolder folder, string redis) =>
        new(folder.Path)
        {
            PostgreSql = await ServiceFixture.DatabaseAsync(Engine.PostgreSql),
            Arguments = [.. ServiceStart.Unlimited, "--Query:Record=true", $"--ConnectionStrings:redis={redis}"],
        };

    /// <summary>Every cached view of a file: by id and by path, its storages, lists and both searches; each by name.</summary>
    public static Dictionary<string, string> ViewsOf(Workspace workspace, string id, string path, string word) =>
        new()
        {
            ["file"] = $"/files/{id}",
            ["content"] = $"/files/{id}/content",
            ["path"] = ServiceCalls.FileUrl(workspace.Id, path),
            ["by name"] = ServiceCalls.FileUrl(workspace.Name, path),
            ["list"] = $"/workspaces/{workspace.Id}/files",
            ["storages"] = $"/workspaces/{workspace.Id}/files?fields=path,version,storages&sort=-updatedAt",
            ["words"] = $"/workspaces/{workspace.Id}/search?q={word}",
            ["substring"] = $"/workspaces/{workspace.Id}/search?q={word[1..]}&mode=substring",
        };

    /// <summary>What each view answers, status and body.</summary>
    public static async Task<Dictionary<string, string>> ReadAsync(HttpClient client, Dictionary<string, string> views)
    {
        var answers = new Dictionary<string, string>();
        foreach (var (name, url) in views)
        {
            using var response = await client.GetAsync(url);
            answers[name] = $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}";
        }

        return answers;
    }

    /// <summary>How many statements a request ran before it answered.</summary>
    public static async Task<string> StatementsAsync(HttpClient client, string url)
    {
        using var response = await client.GetAsync(url);
        return response.Headers.GetValues("Server-Timing").Single();
    }

    public static async Task<long> NotesAsync(string postgreSql)
    {
        await using var source = NpgsqlDataSource.Create(postgreSql);
        await using var command = source.CreateCommand("select count(*) from cache_outbox");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public static List<string> Paths(string answer) =>
        [
            .. JsonSerializer
                .Deserialize<JsonElement>(answer[4..])
                .GetProperty("items")
                .EnumerateArray()
                .Select(static item => item.Text("path")),
        ];
}
