using FileService.Before;
using FileService.Data;
using FileService.Files;
using FileService.Setup;
using PerfKit.Streaming;

namespace FileService.Commands.Compare;

/// <summary>
/// Syncs a workspace of 200 files to a storage of each side's own: first, again with nothing changed, and again with 1 %
/// of the files changed.
/// </summary>
internal sealed class SyncComparison(CompareContext context, SyncFiles files)
{
    private const int Rounds = 5;
    private const double TimeShare = 0.7; // A round that has begun goes to its end.

    private readonly Database _database = context.Services.Get<Database>();
    private readonly ContentStores _stores = context.Services.Get<ContentStores>();
    private readonly IStorageSync _before = context.Services.Get<NaiveStorageSync>();
    private readonly IStorageSync _after = context.Services.Get<StorageSync>();

    public async Task<CompareOutcome> RunAsync(CancellationToken ct)
    {
        var (first, unchanged, changed) = (new Timings(), new Timings(), new Timings());
        var end = context.Deadline.EndOf(TimeShare);
        await RoundAsync(0, new Timings(), new Timings(), new Timings(), ct);
        for (var round = 1; round <= Rounds && (round == 1 || context.Deadline.Elapsed < end); round++)
        {
            await RoundAsync(round, first, unchanged, changed, ct);
        }

        return new CompareOutcome(
            first.ToRow("sync"),
            [unchanged.ToDetail("sync", "nothing changed"), changed.ToDetail("sync", "1 % changed")]
        );
    }

    private async Task RoundAsync(int round, Timings first, Timings unchanged, Timings changed, CancellationToken ct)
    {
        var before = await NewStorageAsync(ct);
        var after = await NewStorageAsync(ct);
        await SampleAsync(before, after, round, first, ct);
        await SampleAsync(before, after, round, unchanged, ct);
        await files.ChangeAsync(round, ct);
        await SampleAsync(before, after, round, changed, ct);
    }

    private async Task SampleAsync(StorageRow before, StorageRow after, int turn, Timings timings, CancellationToken ct)
    {
        var (beforeMs, afterMs) = await CompareContext.InTurnAsync(
            turn,
            () => SyncAsync(_before, before, ct),
            () => SyncAsync(_after, after, ct)
        );
        timings.Add(beforeMs, afterMs, afterMs); // A sync keeps nothing in memory: each is as cold as the first.
        timings.Agree(await HoldsAllAsync(before, ct) && await HoldsAllAsync(after, ct));
    }

    private async Task<double> SyncAsync(IStorageSync side, StorageRow storage, CancellationToken ct)
    {
        var progress = new JobProgress(storage.Id, Tenants.Default, "sync", 0);
        context.Trip.IsOn = true;
        var started = context.Clock.GetTimestamp();
        await side.SyncAsync(files.Workspace, storage, progress, ct);
        var elapsed = context.Clock.GetElapsedTime(started);
        context.Trip.IsOn = false;
        return elapsed.TotalMilliseconds;
    }

    private async Task<StorageRow> NewStorageAsync(CancellationToken ct)
    {
        var id = Guid.CreateVersion7(context.Clock.GetUtcNow());
        var storage = new StorageRow
        {
            Id = id,
            Kind = "local",
            Locator = $"storage-{id:N}",
        };
        Directory.CreateDirectory(_stores.RootOf(storage.Locator));
        await using var connection = await _database.OpenAsync(ct);
        await connection.InsertStorageAsync(storage, context.Clock.NowMicros());
        return storage;
    }

    /// <summary>Whether the storage has every content, whole and under its right hash, and the database knows.</summary>
    private async Task<bool> HoldsAllAsync(StorageRow storage, CancellationToken ct)
    {
        var store = _stores.For(storage.Locator, Tenants.Default);
        await using var connection = await _database.OpenAsync(ct);
        await foreach (var file in connection.EachFileAsync(files.Workspace.Id))
        {
            var hash = ContentHash.Parse(file.ContentHash);
            if (await store.OpenReadAsync(hash, ct) is not { } reader)
            {
                return false;
            }

            await using (reader)
            {
                if (await Rollout.ContentDigest.OfAsync(reader, ct) != hash)
                {
                    return false;
                }
            }
        }

        return (await connection.FindUnsyncedAsync(files.Workspace.Id, storage.Id, null, 1)).Count == 0;
    }
}
