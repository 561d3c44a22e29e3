using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using PerfKit.TestKit.Load;

namespace PerfKit.Benchmarks.Claims.Caching.Tiered.Crash;

/// <summary>Compares what an instance answers with what the database has: by id, by path, in the list, in a search.</summary>
internal sealed class CrashAudit(CrashFiles files, NpgsqlDataSource database)
{
    private const int AtOnce = 8;

    /// <summary>A file as the database has it.</summary>
    private sealed record Row(string Id, string Path, long Version, string Hash);

    public long Answers { get; private set; }

    /// <summary>Reads every view, so that it is cached with what it says now.</summary>
    public async Task ReadAllAsync(ServiceProcess service, CancellationToken ct)
    {
        var urls = files
            .Ids.Keys.Select(static id => $"/files/{id}")
            .Concat(CrashFiles.AllPaths.Select(files.FileUrl))
            .Append(files.ListUrl)
            .Append(files.SearchUrl);
        await Parallel.ForEachAsync(
            urls,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct },
            async (url, token) => (await service.Client.GetAsync(url, token)).Dispose()
        );
    }

    /// <summary>What the instance says that is not so; nobody writes meanwhile.</summary>
    public async Task<List<string>> FindStaleAsync(ServiceProcess service, CancellationToken ct)
    {
        var rows = await RowsAsync(ct);
        var stale = new List<string>();
        foreach (var id in files.Ids.Keys)
        {
            var row = rows.Find(row => row.Id == id);
            var said = await GetAsync(service, $"/files/{id}", ct);
            Compare(stale, $"file {id}", row is null ? null : Text(row.Version, row.Hash), TextOf(said));
        }

        foreach (var path in CrashFiles.AllPaths)
        {
            using var response = await service.Client.GetAsync(files.FileUrl(path), ct);
            var said = response.IsSuccessStatusCode ? response.Headers.ETag!.Tag.Trim('"') : null;
            Compare(stale, $"path {path}", rows.Find(row => row.Path == path)?.Hash, said);
        }

        var list = (await GetAsync(service, files.ListUrl, ct))!.Value.GetProperty("items").EnumerateArray();
        Compare(
            stale,
            "list",
            string.Join(' ', rows.Select(static row => Text(row.Version, row.Hash))),
            string.Join(' ', list.Select(static item => TextOf(item)))
        );
        var found = (await GetAsync(service, files.SearchUrl, ct))!
            .Value.GetProperty("items")
            .EnumerateArray()
            .ToDictionary(
                static item => item.GetProperty("path").GetString()!,
                static item => item.GetProperty("snippet").GetString()!
            );
        Compare(stale, "search", $"{rows.Count} files", $"{found.Count} files");
        foreach (var row in rows)
        {
            var mark = files.Marks[row.Hash];
            var says =
                found.TryGetValue(row.Path, out var snippet) && snippet.EndsWith($" {mark}", StringComparison.Ordinal);
            Compare(stale, $"search {row.Path}", mark, says ? mark : snippet);
        }

        Answers += files.Ids.Count + CrashFiles.AllPaths.Count() + 2;
        return stale;
    }

    /// <summary>Ids do not come back: those of removed files are asked for no more.</summary>
    public async Task ForgetRemovedAsync(CancellationToken ct)
    {
        var rows = await RowsAsync(ct);
        foreach (var id in files.Ids.Keys.Except(rows.Select(static row => row.Id)))
        {
            files.Ids.TryRemove(id, out _);
        }
    }

    /// <summary>Changes with every commit to the files.</summary>
    public async Task<string> StateAsync(CancellationToken ct)
    {
        await using var command = database.CreateCommand(
            "select count(*) || ' ' || coalesce(sum(version), 0) from files"
        );
        return (string)(await command.ExecuteScalarAsync(ct))!;
    }

    private async Task<List<Row>> RowsAsync(CancellationToken ct)
    {
        var rows = new List<Row>();
        await using var command = database.CreateCommand(
            """select id::text, path, version, content_hash from files where path like 'docs/__.txt' order by path"""
        );
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            rows.Add(new Row(reader.GetString(0), reader.GetString(1), reader.GetInt64(2), reader.GetString(3)));
        }

        return rows;
    }

    private static void Compare(List<string> stale, string what, string? has, string? says)
    {
        if (has != says)
        {
            stale.Add($"{what} says '{says ?? "none"}', the database has '{has ?? "none"}'");
        }
    }

    private static async Task<JsonElement?> GetAsync(ServiceProcess service, string url, CancellationToken ct)
    {
        using var response = await service.Client.GetAsync(url, ct);
        return response.IsSuccessStatusCode ? await response.Content.ReadFromJsonAsync<JsonElement>(ct) : null;
    }

    private static string? TextOf(JsonElement? file) =>
        file is { } found
            ? Text(found.GetProperty("version").GetInt64(), found.GetProperty("contentHash").GetString()!)
            : null;

    private static string Text(long version, string hash) =>
        string.Create(CultureInfo.InvariantCulture, $"v{version} {hash[..8]}");
}
