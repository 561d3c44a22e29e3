using System.Diagnostics;
using System.Text.Json;
using FileService.Tests.Fixture;
using PerfKit.TestKit.Load;

namespace FileService.Tests.Crash;

/// <summary>One data folder and database through many sudden deaths; after each, everything acknowledged must be there.</summary>
internal sealed class CrashRun(string folder, string? database, int seed)
{
    private const int Writers = 6;
    private const int TreeFiles = 300;
    private const int MostWrites = 24;
    private const int MostMilliseconds = 20;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan CollectedWithin = TimeSpan.FromSeconds(20);
    private readonly Ledger _ledger = new();
    private readonly Random _random = new(seed);
    private readonly string _data = Path.Combine(folder, "data");
    private readonly string _tree = Path.Combine(folder, "tree");
    private Workspace? _workspace;
    private Dictionary<string, byte[]> _imported = [];
    private bool _importKilled;

    /// <summary>How many writes were acknowledged over all.</summary>
    public int Acknowledged => _ledger.Acknowledged;

    /// <summary>Starts, checks what the last death left, writes from many callers, and kills.</summary>
    public async Task KillWhileWritingAsync()
    {
        await using var service = await StartAsync();
        _workspace ??= await service.Client.NewWorkspaceAsync();
        await CheckAsync(service.Client);
        var writers = Enumerable
            .Range(0, Writers)
            .Select(i => new Writer(service.Client, _workspace, _ledger, i, _random.Next()).RunUntilDeathAsync())
            .ToArray();
        var writes = _ledger.Acknowledged + _random.Next(MostWrites);
        await WaitAsync(() => _ledger.Acknowledged >= writes || writers.Any(static w => w.IsCompleted));
        service.Kill();
        await Task.WhenAll(writers);
    }

    /// <summary>Starts an import of a tree that changed since the last, and kills it.</summary>
    public async Task KillWhileImportingAsync()
    {
        _imported = SmallTree.Write(_tree, TreeFiles, _random.Next());
        _importKilled = true;
        using var import = Process.Start(ServiceProgram.Start(Import, database))!;
        var output = Task.WhenAll(import.StandardOutput.ReadToEndAsync(), import.StandardError.ReadToEndAsync());
        var contents = Contents() + _random.Next(TreeFiles);
        await WaitAsync(() => Contents() >= contents || import.HasExited);
        import.Kill();
        await import.WaitForExitAsync();
        await output;
    }

    /// <summary>Imports to the end, then waits until exactly the contents in use are left on the disk.</summary>
    public async Task EndWholeAsync()
    {
        var import = await ServiceProgram.RunAsync(Import, Limit, database);
        import.ExitCode.Should().Be(0, import.All);
        await using var service = await StartAsync();
        await CheckAsync(service.Client);
        var imported = await ShownAsync(service.Client, "imported");
        foreach (var (path, content) in _imported)
        {
            imported.Should().Contain(path, ServiceCalls.Hash(content));
        }

        await CollectedAsync(service.Client);
    }

    private string[] Import => ["import", _tree, "--workspace", "imported", "--data", _data];

    private Task<ServiceProcess> StartAsync() =>
        ServiceProcess.StartAsync(
            new ServiceStart(_data)
            {
                PostgreSql = database,
                Arguments =
                [
                    .. ServiceStart.Unlimited,
                    "--Collector:Period=00:00:00.1",
                    "--Collector:PassesPerSweep=1",
                ],
            }
        );

    /// <summary>
    /// Every listed file gives the bytes of its hash; every acknowledged write is there, no other file is. Imported files,
    /// which nothing else writes, are read after each import; that their contents are there is looked at each time.
    /// </summary>
    private async Task CheckAsync(HttpClient client)
    {
        _ledger.Settle(await ShownAsync(client, _workspace!.Id));
        if (_importKilled)
        {
            await ShownAsync(client, "imported");
            _importKilled = false;
        }
        else
        {
            var used = (await FilesAsync(client, "imported")).Select(f => f.Text("contentHash"));
            used.Except(DataFolder.Blobs(_data)).Should().BeEmpty("no row is without content");
        }
    }

    private static async Task<IReadOnlyList<JsonElement>> FilesAsync(HttpClient client, string workspace)
    {
        using var exists = await client.GetAsync($"/workspaces/{workspace}/files?limit=1");
        return (int)exists.StatusCode == 404
            ? [] // No import has come that far.
            : await client.WalkAsync($"/workspaces/{workspace}/files?sort=path&limit=1000");
    }

    private static async Task<Dictionary<string, string>> ShownAsync(HttpClient client, string workspace)
    {
        var files = await FilesAsync(client, workspace);
        await Parallel.ForEachAsync(
            files,
            new ParallelOptions { MaxDegreeOfParallelism = 4 },
            async (file, ct) =>
            {
                using var response = await client.GetAsync($"/files/{file.Text("id")}/content", ct);
                await response.ShouldBeAsync(200);
                var content = await response.Content.ReadAsByteArrayAsync(ct);
                content.LongLength.Should().Be(file.GetProperty("size").GetInt64());
                ServiceCalls.Hash(content).Should().Be(file.Text("contentHash"), "of {0}", file.Text("path"));
            }
        );
        return files.ToDictionary(f => f.Text("path"), f => f.Text("contentHash"));
    }

    private async Task CollectedAsync(HttpClient client)
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var workspace in await client.WalkAsync("/workspaces"))
        {
            var files = await client.WalkAsync(
                $"/workspaces/{workspace.Text("id")}/files?fields=contentHash&limit=1000"
            );
            used.UnionWith(files.Select(f => f.Text("contentHash")));
        }

        DataFolder.AgeTemporary(_data, TimeSpan.FromDays(1));
        using var limit = new CancellationTokenSource(CollectedWithin);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        var (blobs, parts) = (DataFolder.Blobs(_data), DataFolder.Temporary(_data));
        while ((!used.SetEquals(blobs) || parts.Count > 0) && !limit.IsCancellationRequested)
        {
            await timer.WaitForNextTickAsync(CancellationToken.None);
            (blobs, parts) = (DataFolder.Blobs(_data), DataFolder.Temporary(_data));
        }

        used.Except(blobs).Should().BeEmpty("no row is without content");
        blobs.Except(used).Should().BeEmpty("orphans are collected");
        parts.Should().BeEmpty("what uploads left that died a day ago is swept while the service runs");
    }

    private int Contents() => DataFolder.Blobs(_data).Count + DataFolder.Temporary(_data).Count;

    /// <summary>Waits for so much work, which is as much on a slow machine, and then some milliseconds into the next.</summary>
    private async Task WaitAsync(Func<bool> isDone)
    {
        using var limit = new CancellationTokenSource(Limit);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!isDone())
        {
            await timer.WaitForNextTickAsync(limit.Token);
        }

        using var more = new PeriodicTimer(TimeSpan.FromMilliseconds(_random.Next(1, MostMilliseconds)));
        await more.WaitForNextTickAsync(CancellationToken.None);
    }
}
