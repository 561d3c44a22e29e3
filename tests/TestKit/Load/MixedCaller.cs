using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace PerfKit.TestKit.Load;

/// <summary>One of the callers of a <see cref="MixedLoad"/>: asks at random, by seed, one request after the other.</summary>
internal sealed class MixedCaller(
    HttpClient client,
    string workspace,
    string? storage,
    MixedLoadOptions options,
    int number,
    MixedLoadAnswers answers
)
{
    private static readonly string[] Words =
    [
        "kernel",
        "driver",
        "buffer",
        "queue",
        "table",
        "index",
        "memory",
        "clock",
    ];
    private static readonly string[] Extensions = [".md", ".csv", ".txt", ".html", ".bin"];
    private static readonly string[] Sorts = ["path", "-updatedAt,path", "size,-name", "-size"];
    private static readonly string[] Pages = ["/health/ready", "/metrics", "/openapi/v1.json", "/", "/workspaces"];
    private static readonly TimeSpan RequestLimit = TimeSpan.FromSeconds(30);
    private readonly Random _random = new(HashCode.Combine(options.Seed) ^ (number * 7919));
    private string? _id;

    /// <summary>Calls until the end; a request under way then is finished, so that no answer is lost.</summary>
    public async Task RunAsync(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            using var limit = new CancellationTokenSource(RequestLimit);
            var (step, run) = Choose();
            var started = Stopwatch.GetTimestamp();
            try
            {
                await run(limit.Token);
                answers.Time(step, Stopwatch.GetElapsedTime(started));
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
            {
                answers.Fail($"{step}: {e.GetType().Name}: {e.Message} {e.InnerException?.Message}");
            }
        }
    }

    private (string Step, Func<CancellationToken, Task> Run) Choose() =>
        _random.Next(1000) switch
        {
            < 220 => ("upload", UploadAsync),
            < 450 => ("download", DownloadAsync),
            < 520 => ("range", RangeAsync),
            < 620 => ("file", FileAsync),
            < 720 => ("list", ListAsync),
            < 820 => ("search", SearchAsync),
            < 880 => ("convert", ConvertAsync),
            < 940 => ("page", PageAsync),
            < 985 => ("delete", DeleteAsync),
            < 995 => ("head", HeadAsync),
            < 996 => ("workspace", CreateWorkspaceAsync),
            _ => ("sync", SyncAsync),
        };

    private async Task UploadAsync(CancellationToken ct)
    {
        using var content = new ByteArrayContent(Body());
        using var response = await client.PutAsync(Url(), content, ct);
        await answers.CountAsync("upload", response);
        if (response.IsSuccessStatusCode)
        {
            _id = (await response.Content.ReadFromJsonAsync<JsonElement>(ct)).GetProperty("id").GetString();
        }
    }

    private async Task DownloadAsync(CancellationToken ct)
    {
        using var response = await client.GetAsync(Url(), HttpCompletionOption.ResponseHeadersRead, ct);
        await answers.CountAsync("download", response);
        if (response.IsSuccessStatusCode)
        {
            await using var content = await response.Content.ReadAsStreamAsync(ct);
            var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, ct));
            if (response.Headers.ETag?.Tag != $"\"{hash}\"")
            {
                answers.Fail($"The bytes of {response.Headers.ETag} have the hash {hash}");
            }
        }
    }

    private async Task RangeAsync(CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _id is null ? Url() : $"/files/{_id}/content");
        request.Headers.TryAddWithoutValidation("Range", $"bytes={_random.Next(2000)}-{2000 + _random.Next(100_000)}");
        using var response = await client.SendAsync(request, ct);
        await answers.CountAsync("range", response);
    }

    private async Task FileAsync(CancellationToken ct) =>
        await GetAsync("file", $"/files/{_id ?? Guid.NewGuid().ToString()}", ct);

    private async Task ListAsync(CancellationToken ct)
    {
        var sort = Sorts[_random.Next(Sorts.Length)];
        var url = $"/workspaces/{workspace}/files?sort={sort}&limit={1 + _random.Next(100)}";
        for (var page = 0; page < 3; page++)
        {
            using var response = await client.GetAsync(url, ct);
            await answers.CountAsync("list", response);
            if (!response.IsSuccessStatusCode || !response.Headers.TryGetValues("Link", out var links))
            {
                return;
            }

            url = links.First().Split('<', '>')[1];
        }
    }

    private Task SearchAsync(CancellationToken ct)
    {
        var query = _random.Next(3) == 0 ? $"rare{_random.Next(500)}" : Words[_random.Next(Words.Length)];
        var mode = _random.Next(5) == 0 ? "substring" : "words";
        return GetAsync("search", $"/workspaces/{workspace}/search?q={query}&mode={mode}&limit=20", ct);
    }

    private Task ConvertAsync(CancellationToken ct)
    {
        var target = _random.Next(3) switch
        {
            0 => "html",
            1 => "jsonl",
            _ => "text",
        };
        return GetAsync("convert", $"/files/{_id ?? Guid.NewGuid().ToString()}/content?as={target}", ct);
    }

    private Task PageAsync(CancellationToken ct) => GetAsync("page", Pages[_random.Next(Pages.Length)], ct);

    private async Task DeleteAsync(CancellationToken ct)
    {
        using var response = await client.DeleteAsync(Url(), ct);
        await answers.CountAsync("delete", response);
    }

    private async Task HeadAsync(CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, Url());
        using var response = await client.SendAsync(request, ct);
        await answers.CountAsync("head", response);
    }

    private async Task CreateWorkspaceAsync(CancellationToken ct)
    {
        using var response = await client.PostAsJsonAsync(
            "/workspaces",
            new { name = $"{workspace}-{_random.Next(50)}" },
            ct
        );
        await answers.CountAsync("workspace", response);
    }

    private async Task SyncAsync(CancellationToken ct)
    {
        if (storage is null)
        {
            return;
        }

        using var response = await client.PostAsJsonAsync($"/storages/{storage}/sync", new { workspace }, ct);
        await answers.CountAsync("sync", response);
        if (response.Headers.Location is { } job)
        {
            await GetAsync("job", job.ToString(), ct);
            await GetAsync("events", job + "/events", ct);
        }
    }

    private async Task GetAsync(string operation, string url, CancellationToken ct)
    {
        using var response = await client.GetAsync(url, ct);
        await answers.CountAsync(operation, response);
    }

    private string Url()
    {
        var i = _random.Next(options.Paths);
        var path = string.Create(
            CultureInfo.InvariantCulture,
            $"part{i % 9}/file{i}{Extensions[i % Extensions.Length]}"
        );
        return $"/workspaces/{workspace}/files/{path}";
    }

    private byte[] Body()
    {
        var bytes = _random.Next(100) switch
        {
            < 88 => _random.Next(16 << 10),
            < 98 => _random.Next(128 << 10),
            _ => options.MaxBodyBytes - _random.Next(options.MaxBodyBytes / 4),
        };
        var text = new StringBuilder("name,value\n", bytes + 32);
        while (text.Length < bytes)
        {
            text.Append(Words[_random.Next(Words.Length)])
                .Append(',')
                .Append("rare")
                .Append(_random.Next(500))
                .Append('\n');
        }

        return Encoding.UTF8.GetBytes(text.ToString(0, Math.Min(text.Length, options.MaxBodyBytes)));
    }
}
