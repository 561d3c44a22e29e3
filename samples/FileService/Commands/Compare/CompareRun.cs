using FileService.Data;
using FileService.Files;
using FileService.Setup;
using PerfKit.Streaming;

namespace FileService.Commands.Compare;

/// <summary>
/// One comparison: a temporary embedded service (SQLite, local disk, whatever is configured for serving), the folder in it,
/// then each operation on both sides.
/// </summary>
internal sealed class CompareRun(CommandSettings settings, string folder, double rttMs, TimeProvider clock)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(260);
    private static readonly TimeSpan ImportLimit = TimeSpan.FromSeconds(120);

    public async Task<CompareResult> RunAsync(CancellationToken ct)
    {
        var data = Directory.CreateTempSubdirectory("perfkit-compare-").FullName;
        try
        {
            return await RunInAsync(data, ct);
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private async Task<CompareResult> RunInAsync(string data, CancellationToken ct)
    {
        using var trip = new RoundTrip(TimeSpan.FromMilliseconds(rttMs), clock);
        await using var services = new CommandServices(
            Embedded(data),
            "comparing",
            s => s.AddSingleton<Func<IContentStore, IContentStore>>(_ => store => new RoundTripStore(store, trip))
        );
        await services.Initializer.RunAsync(serve: false, ct);
        var workspace = await services.Get<Workspaces>().EnsureAsync(Tenants.Default, "compare", ct);
        var context = new CompareContext(services, workspace, trip, clock, new Deadline(clock, Limit));

        var (all, tally) = ImportFolder.Scan(folder);
        if (all.Count == 0)
        {
            throw new SetupException($"The folder '{folder}' has no files to compare with.");
        }

        context.Say($"importing {all.Count:N0} files of {folder}");
        await ImportAsync(services, workspace, all, tally, ct);
        var imported = tally.Created + tally.Unchanged;
        context.Say($"imported {imported:N0} files, {tally.Bytes / 1e6:N0} MB");
        return await MeasureAsync(context, all, imported, ct);
    }

    /// <summary>A folder too large for the time is measured as far as it came.</summary>
    private static async Task ImportAsync(
        CommandServices services,
        WorkspaceRow workspace,
        IReadOnlyList<ImportFile> files,
        ImportTally tally,
        CancellationToken ct
    )
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(ImportLimit);
        try
        {
            await services.Get<Importer>().ImportAsync(workspace, files, tally, limit.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // The time for the import is over; what was committed is compared.
        }
    }

    private async Task<CompareResult> MeasureAsync(
        CompareContext context,
        IReadOnlyList<ImportFile> all,
        int imported,
        CancellationToken ct
    )
    {
        context.Trip.IsOn = true;
        context.Say("loading");
        var load = await new LoadComparison(context).RunAsync(ct);
        context.Say("converting");
        var convert = await new ConvertComparison(context).RunAsync(ct);
        context.Say("searching");
        var search = await new SearchComparison(context).RunAsync(imported, ct);
        context.Trip.IsOn = false; // It is on within each sync, off while files change and answers are checked.
        var syncFiles = await SyncFiles.CreateAsync(context, all, ct);
        context.Say($"syncing {syncFiles.Count} files");
        var sync = await new SyncComparison(context, syncFiles).RunAsync(ct);
        context.Say($"done; the simulated round trip of {rttMs} ms took {context.Trip.MeanMs:N2} ms on average");
        return new CompareResult(
            folder,
            rttMs,
            [load.Row, search.Row, convert.Row, sync.Row],
            [.. load.Detail, .. search.Detail, .. convert.Detail, .. sync.Detail]
        );
    }

    private CommandSettings Embedded(string data)
    {
        var overrides = new Dictionary<string, string?>(settings.Overrides, StringComparer.OrdinalIgnoreCase)
        {
            ["ConnectionStrings:postgres"] = "",
            ["ConnectionStrings:redis"] = "",
            ["Logging:LogLevel:FileService"] = "Warning",
        };
        return settings with { Data = data, Overrides = overrides };
    }
}
