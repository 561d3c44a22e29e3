using System.Net.Http.Json;
using System.Text.Json;

namespace PerfKit.TestKit.Load;

/// <summary>How a <see cref="MixedLoad"/> runs.</summary>
public sealed record MixedLoadOptions
{
    /// <summary>Callers at the same time.</summary>
    public int Callers { get; init; } = 64;

    /// <summary>How long they call.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The largest upload in bytes.</summary>
    public int MaxBodyBytes { get; init; } = 1 << 20;

    /// <summary>How many paths they share; bounds what is stored.</summary>
    public int Paths { get; init; } = 400;

    /// <summary>Where a storage to sync to may lie; null leaves syncs out.</summary>
    public string? StorageRoot { get; init; }

    /// <summary>The seed of all choices.</summary>
    public int Seed { get; init; } = 1;
}

/// <summary>Many callers on all endpoints of one service, every download checked against its hash, the memory watched.</summary>
public sealed class MixedLoad(ServiceProcess service, MixedLoadOptions options)
{
    private static readonly TimeSpan SamplePeriod = TimeSpan.FromMilliseconds(500);

    /// <summary>Runs the load to its end.</summary>
    public async Task<MixedLoadReport> RunAsync()
    {
        using var client = service.ClientFor("dev");
        var name = $"mixed-{Guid.NewGuid():N}";
        using var created = await client.PostAsJsonAsync("/workspaces", new { name });
        created.EnsureSuccessStatusCode();
        var storage = await StorageAsync(client);
        var answers = new MixedLoadAnswers();
        using var end = new CancellationTokenSource(options.Duration);
        var resident = WatchAsync(end.Token);
        var callers = Enumerable
            .Range(0, options.Callers)
            .Select(i =>
                Task.Run(() => new MixedCaller(client, name, storage, options, i, answers).RunAsync(end.Token))
            );
        await Task.WhenAll(callers);
        return answers.Report(await resident);
    }

    private async Task<string?> StorageAsync(HttpClient client)
    {
        if (options.StorageRoot is null)
        {
            return null;
        }

        var root = Directory.CreateDirectory(Path.Combine(options.StorageRoot, $"mixed-{Guid.NewGuid():N}")).FullName;
        using var response = await client.PostAsJsonAsync("/storages", new { kind = "local", locator = root });
        var storage = await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>();
        return storage.GetProperty("id").GetString();
    }

    private async Task<List<long>> WatchAsync(CancellationToken end)
    {
        List<long> samples = [];
        using var timer = new PeriodicTimer(SamplePeriod);
        while (!end.IsCancellationRequested)
        {
            samples.Add(service.ResidentBytes());
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }

        return samples;
    }
}
