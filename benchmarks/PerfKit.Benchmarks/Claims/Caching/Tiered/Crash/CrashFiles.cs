using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PerfKit.TestKit.Load;

namespace PerfKit.Benchmarks.Claims.Caching.Tiered.Crash;

/// <summary>The files of a run: paths that come and go, each content with a word of its own that a search's snippet shows.</summary>
internal sealed class CrashFiles(string workspace)
{
    /// <summary>In every content.</summary>
    public const string Word = "zebra";

    private const int Paths = 24;
    private const int Writers = 6;

    private int _contents;

    /// <summary>The word of a content, by its hash.</summary>
    public ConcurrentDictionary<string, string> Marks { get; } = new();

    /// <summary>Every id that was answered.</summary>
    public ConcurrentDictionary<string, bool> Ids { get; } = new();

    public static IEnumerable<string> AllPaths => Enumerable.Range(0, Paths).Select(static i => $"docs/{i:00}.txt");

    public string FileUrl(string path) => $"/workspaces/{workspace}/files/{path}";

    public string ListUrl => $"/workspaces/{workspace}/files?fields=id,path,version,contentHash&limit=1000";

    public string SearchUrl => $"/workspaces/{workspace}/search?q={Word}&limit=1000";

    /// <summary>Writes half of the paths.</summary>
    public async Task FillAsync(HttpClient client)
    {
        foreach (var path in AllPaths.Where(static (_, i) => i % 2 == 0))
        {
            await PutAsync(client, path, CancellationToken.None);
        }
    }

    /// <summary>Writers at once, each on paths of its own: replaces, deletes, makes anew, until the instance is gone.</summary>
    public Task WriteAsync(ServiceProcess service, int seed, Action answered, CancellationToken ct) =>
        Task.WhenAll(
            Enumerable
                .Range(0, Writers)
                .Select(i => Task.Run(() => WriteAsync(service, new Random((seed * 31) + i), i, answered, ct), ct))
        );

    private async Task WriteAsync(
        ServiceProcess service,
        Random dice,
        int writer,
        Action answered,
        CancellationToken ct
    )
    {
        var own = AllPaths.Where((_, i) => i % Writers == writer).ToArray();
        while (true)
        {
            var path = own[dice.Next(own.Length)];
            try
            {
                if (dice.Next(4) == 0)
                {
                    using var deleted = await service.Client.DeleteAsync(FileUrl(path), ct);
                }
                else
                {
                    await PutAsync(service.Client, path, ct);
                }
            }
            catch (HttpRequestException)
            {
                return; // Killed.
            }

            answered();
        }
    }

    private async Task PutAsync(HttpClient client, string path, CancellationToken ct)
    {
        var mark = $"mark{Interlocked.Increment(ref _contents)}";
        var bytes = Encoding.UTF8.GetBytes($"{Word} {mark}");
        Marks[Convert.ToHexStringLower(SHA256.HashData(bytes))] = mark;
        using var content = new ByteArrayContent(bytes);
        using var response = await client.PutAsync(FileUrl(path), content, ct);
        response.EnsureSuccessStatusCode();
        var file = await response.Content.ReadFromJsonAsync<JsonElement>(ct);
        Ids[file.GetProperty("id").GetString()!] = true;
    }
}
