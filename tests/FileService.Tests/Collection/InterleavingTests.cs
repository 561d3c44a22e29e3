using System.Text;
using Dapper;
using FileService.Commands;
using FileService.Data;
using FileService.Files;
using FileService.Setup;
using PerfKit.Streaming;
using PerfKit.TestKit;

namespace FileService.Tests.Collection;

/// <summary>
/// Uploads, deletes, uploads of the same content and the collector, side by side in seeded rounds. After each round no file
/// may refer to a content that its store lacks. One CPU-bound history a round; a failure names its seed.
/// </summary>
public sealed class InterleavingTests
{
    private const int Rounds = 10_000;
    private const int Actors = 3;
    private const string Tenant = Tenants.Default;

    [Fact]
    public Task Sqlite_no_interleaving_leaves_a_reference_to_a_missing_blob() => RunAsync(null);

    [SkippableFact]
    public async Task PostgreSql_no_interleaving_leaves_a_reference_to_a_missing_blob()
    {
        var server = await PostgreSqlServer.SharedAsync();
        await RunAsync(await server.CreateDatabaseAsync());
    }

    private static Dictionary<string, string?> Overrides(string? postgres) =>
        postgres is null ? [] : new() { ["ConnectionStrings:postgres"] = postgres };

    private static async Task RunAsync(string? postgres)
    {
        using var folder = MemoryFolder.Create();
        var settings = new CommandSettings(HostConfiguration.DefaultUrl, folder.Path, Overrides(postgres));
        await using var services = new CommandServices(settings, "testing");
        await services.Initializer.RunAsync(serve: false, CancellationToken.None);
        var workspace = await services.Get<Workspaces>().EnsureAsync(Tenant, "race", CancellationToken.None);
        var history = new History(services, workspace);
        for (var seed = 0; seed < Rounds; seed++)
        {
            var dice = new Random(seed);
            await Task.WhenAll(Enumerable.Range(0, Actors).Select(_ => history.ActAsync(dice.Next())));
            (await history.MissingAsync()).Should().BeEmpty("a file refers to its blob (seed {0})", seed);
        }
    }

    private sealed class History(CommandServices services, WorkspaceRow workspace)
    {
        private readonly FileWriter _writer = services.Get<FileWriter>();
        private readonly FileLoader _loader = services.Get<FileLoader>();
        private readonly ContentCollector _collector = services.Get<ContentCollector>();
        private readonly IContentStore _store = services.Get<ContentStores>().PrimaryFor(Tenant);

        public async Task ActAsync(int seed)
        {
            var dice = new Random(seed);
            for (var pause = dice.Next(4); pause > 0; pause--)
            {
                await Task.Yield();
            }

            var path = $"file-{dice.Next(2)}";
            switch (dice.Next(4))
            {
                case 0 or 1:
                    await UploadAsync(path, $"content {dice.Next(2)}");
                    break;
                case 2:
                    await DeleteAsync(path);
                    break;
                default:
                    await _collector.CollectAsync(Tenant, sweep: dice.Next(2) == 0, CancellationToken.None);
                    break;
            }
        }

        public async Task<IReadOnlyList<string>> MissingAsync()
        {
            await using var connection = await services.Get<Database>().OpenAsync(CancellationToken.None);
            var missing = new List<string>();
            foreach (var hash in await connection.QueryAsync<string>("select content_hash from files"))
            {
                if (await _store.GetInfoAsync(ContentHash.Parse(hash, null), CancellationToken.None) is null)
                {
                    missing.Add(hash);
                }
            }

            return missing;
        }

        private async Task UploadAsync(string path, string text)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            await using var pending = await _writer.ReceiveAsync(
                workspace,
                path,
                "text/plain",
                bytes.Length,
                async (writer, ct) =>
                {
                    await writer.WriteAsync(bytes, ct);
                    return await writer.FinishAsync(ct);
                },
                CancellationToken.None
            );
            await _writer.CommitAsync(workspace, [pending], CancellationToken.None);
        }

        private async Task DeleteAsync(string path)
        {
            if (await _loader.LoadAsync(workspace, path, CancellationToken.None) is { } found)
            {
                await _writer.DeleteAsync(found.File, CancellationToken.None);
            }
        }
    }
}
