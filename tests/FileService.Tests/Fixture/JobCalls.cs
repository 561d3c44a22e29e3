using System.Net.Http.Json;
using System.Text.Json;

namespace FileService.Tests.Fixture;

/// <summary>Storages, their syncs and the jobs behind them.</summary>
internal static class JobCalls
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Registers a local storage and returns its id.</summary>
    public static async Task<string> NewStorageAsync(this HttpClient client, string root)
    {
        using var response = await client.PostAsJsonAsync("/storages", new { kind = "local", locator = root });
        return (await response.ShouldBeJsonAsync(201)).Text("id");
    }

    /// <summary>Syncs a workspace to a storage and returns the finished job.</summary>
    public static async Task<JsonElement> SyncAsync(this HttpClient client, string storage, string workspace)
    {
        using var response = await client.PostAsJsonAsync($"/storages/{storage}/sync", new { workspace });
        await response.ShouldBeAsync(202);
        return await client.FinishedJobAsync(response.Headers.Location!.ToString());
    }

    /// <summary>Asks for the job until it has ended, 30 s at most.</summary>
    public static async Task<JsonElement> FinishedJobAsync(this HttpClient client, string url)
    {
        using var limit = new CancellationTokenSource(Limit);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (true)
        {
            var job = await client.GetJsonAsync(url);
            if (job.Text("state") is not ("queued" or "running"))
            {
                return job;
            }

            await timer.WaitForNextTickAsync(limit.Token);
        }
    }

    /// <summary>The data of all server-sent events until the service ends the stream, 30 s at most.</summary>
    public static async Task<List<JsonElement>> EventsAsync(this HttpClient client, string url)
    {
        using var limit = new CancellationTokenSource(Limit);
        using var response = await client.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        await response.ShouldBeAsync(200);
        response.Content.Headers.ContentType!.MediaType.Should().Be("text/event-stream");
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(limit.Token));
        List<JsonElement> events = [];
        while (await reader.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.StartsWith("data:", StringComparison.Ordinal))
            {
                events.Add(JsonSerializer.Deserialize<JsonElement>(line["data:".Length..]));
            }
        }

        return events;
    }
}
