using FileService.Data;
using FileService.Setup;
using Microsoft.Extensions.Options;
using PerfKit.Query;
using PerfKit.Streaming;

namespace FileService.Files;

/// <summary>
/// Removes contents that no file refers to. It locks a content's row, looks again, deletes the blob and the row, and only
/// then lets go; a writer of the same content waits for the lock and then finds the blob gone and writes it again.
/// </summary>
internal sealed class ContentCollector(
    Database database,
    ISqlDialect dialect,
    ContentStores stores,
    Tenants tenants,
    IOptions<CollectorOptions> options,
    TimeProvider clock,
    ILogger<ContentCollector> log
) : BackgroundService
{
    private const int BatchSize = 100;
    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromHours(1);

    /// <summary>One collection of one tenant; with <paramref name="sweep"/> blobs without a row go too.</summary>
    /// <returns>How many contents were removed.</returns>
    public async Task<int> CollectAsync(string tenant, bool sweep, CancellationToken ct)
    {
        var store = stores.PrimaryFor(tenant);
        var removed = 0;
        int batch;
        do
        {
            batch = await CollectBatchAsync(store, tenant, ct);
            removed += batch;
        } while (batch > 0);

        return sweep ? removed + await SweepAsync(store, tenant, ct) : removed;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.Period, clock);
        try
        {
            for (var pass = 0; ; pass++)
            {
                await CollectAllAsync(pass % options.Value.PassesPerSweep == 0, stoppingToken);
                await timer.WaitForNextTickAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            log.LogDebug("The collector stopped.");
        }
    }

    private async Task CollectAllAsync(bool sweep, CancellationToken ct)
    {
        foreach (var tenant in tenants.Names)
        {
            try
            {
                var removed = await CollectAsync(tenant, sweep, ct);
                if (removed > 0)
                {
                    log.LogInformation("Collected {Count} contents of tenant {Tenant}.", removed, tenant);
                }
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                log.LogWarning(e, "A collection of tenant {Tenant} failed; the next one tries again.", tenant);
            }
        }
    }

    private Task<int> CollectBatchAsync(IContentStore store, string tenant, CancellationToken ct) =>
        database.WriteAsync(scope => CollectBatchAsync(scope, store, tenant, ct), ct);

    private async Task<int> CollectBatchAsync(
        WriteScope scope,
        IContentStore store,
        string tenant,
        CancellationToken ct
    )
    {
        var locked = await scope.LockUnreferencedAsync(database.Engine, tenant, BatchSize);
        if (locked.Count == 0)
        {
            return 0;
        }

        // A file may have come between the first look and the lock: only what a new look still finds unused goes.
        var referenced = await scope.ReferencedAsync(dialect, tenant, locked);
        var unused = locked.Where(hash => !referenced.Contains(hash)).ToList();
        foreach (var hash in unused)
        {
            await store.DeleteAsync(ContentHash.Parse(hash, null), cancellationToken: ct);
            await scope.DropContentAsync(tenant, hash);
        }

        return unused.Count;
    }

    private async Task<int> SweepAsync(IContentStore store, string tenant, CancellationToken ct)
    {
        if (store is ISweepableContentStore sweepable)
        {
            await sweepable.SweepAsync(AbandonedAfter, ct);
        }

        var removed = 0;
        await foreach (var blobs in store.ListAsync(cancellationToken: ct).Chunk(BatchSize).WithCancellation(ct))
        {
            var known = await KnownAsync(tenant, blobs, ct);
            foreach (var blob in blobs.Where(blob => !known.Contains(blob.Hash.ToString())))
            {
                var orphan = await database.WriteAsync(w => RemoveOrphanAsync(w, store, tenant, blob.Hash, ct), ct);
                removed += orphan ? 1 : 0;
            }
        }

        return removed;
    }

    private async Task<HashSet<string>> KnownAsync(string tenant, ContentInfo[] blobs, CancellationToken ct)
    {
        await using var connection = await database.OpenAsync(ct);
        return await connection.KnownContentsAsync(dialect, tenant, [.. blobs.Select(b => b.Hash.ToString())]);
    }

    private static async Task<bool> RemoveOrphanAsync(
        WriteScope scope,
        IContentStore store,
        string tenant,
        ContentHash hash,
        CancellationToken ct
    )
    {
        if (!await scope.ClaimOrphanAsync(tenant, hash.ToString()))
        {
            return false; // An upload of this content won, so the blob has its row.
        }

        var removed = await store.DeleteAsync(hash, cancellationToken: ct);
        await scope.DropContentAsync(tenant, hash.ToString());
        return removed;
    }
}
