using FileService.Data;
using FileService.Files;
using FileService.Files.Caching;
using Microsoft.Extensions.Options;
using PerfKit.Query;

namespace FileService.Setup;

/// <summary>The key that signs cursors, known once the database is.</summary>
internal sealed class CursorKey
{
    public byte[] Value { get; set; } = [];
}

/// <summary>Makes the service ready before its port opens: schema, primary storage, cursor key, demo files, connections.</summary>
internal sealed class Initializer(
    Database database,
    Migrator migrator,
    ContentStores stores,
    CursorKey cursorKey,
    IOptions<StorageOptions> options,
    CacheRule caches,
    IServiceScopeFactory scopes,
    TimeProvider clock
)
{
    public const string DemoWorkspace = "demo";

    /// <summary>The repository's documents, copied beside the program.</summary>
    public static string DemoFolder { get; } = Path.Combine(AppContext.BaseDirectory, "demo");

    /// <summary>Everything a command needs; <paramref name="serve"/> also fills an empty service and opens connections.</summary>
    public async Task RunAsync(bool serve, CancellationToken ct)
    {
        await migrator.MigrateAsync(ct);
        cursorKey.Value = await migrator.ReadCursorKeyAsync(ct);
        stores.Primary = await EnsurePrimaryAsync(ct);
        if (caches.HasRedis)
        {
            await using var connection = await database.OpenAsync(ct);
            await connection.ShareAsync(); // Before anything is cached.
        }

        if (serve)
        {
            if (!await AnyWorkspaceAsync(ct))
            {
                await FillDemoAsync(ct);
            }

            await database.Source.WarmUpAsync(database.MinOpen, ct);
        }
    }

    /// <summary>
    /// The first instance on a database decides where contents lie; the others use the same folder. An embedded service
    /// keeps it relative, so that its data folder may move.
    /// </summary>
    private async Task<StorageRow> EnsurePrimaryAsync(CancellationToken ct)
    {
        await using var connection = await database.OpenAsync(ct);
        var own = database.Engine == Engine.Sqlite ? "content" : Path.Combine(options.Value.Root, "content");
        Directory.CreateDirectory(stores.RootOf(own)); // Before the row, so that who reads the row finds the folder.
        var known = await connection.EnsurePrimaryAsync(own, clock.NowMicros());
        return Directory.Exists(stores.RootOf(known.Locator))
            ? known
            : throw new SetupException(
                $"The database keeps its contents in '{known.Locator}', which does not exist here; mount that folder."
            );
    }

    private async Task<bool> AnyWorkspaceAsync(CancellationToken ct)
    {
        await using var connection = await database.OpenAsync(ct);
        return await connection.AnyWorkspaceAsync();
    }

    private async Task FillDemoAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var services = scope.ServiceProvider;
        var workspace = await services.GetRequiredService<Workspaces>().EnsureAsync(Tenants.Default, DemoWorkspace, ct);
        var (files, tally) = ImportFolder.Scan(DemoFolder);
        await services.GetRequiredService<Importer>().ImportAsync(workspace, files, tally, ct);
    }
}
