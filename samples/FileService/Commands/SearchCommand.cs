using System.CommandLine;
using System.Data.Common;
using System.Globalization;
using FileService.Data;
using FileService.Files.Caching;
using FileService.Setup;
using PerfKit.Query;

namespace FileService.Commands;

/// <summary>Compares the search index with the files, and brings it up to them.</summary>
internal static class SearchCommand
{
    private const int Drifted = 1;

    public static Command Build(Func<ParseResult, CommandSettings> settings)
    {
        var check = new Command("check", "Counts what differs and changes nothing; exits 1 when anything does.");
        check.SetAction((parsed, ct) => RunAsync(settings(parsed), repair: false, ct));
        var repair = new Command("repair", "Indexes again what differs, while others write.");
        repair.SetAction((parsed, ct) => RunAsync(settings(parsed), repair: true, ct));
        return new Command("search", "Compares the search index with the files.") { check, repair };
    }

    private static async Task<int> RunAsync(CommandSettings settings, bool repair, CancellationToken ct)
    {
        await using var services = new CommandServices(settings, repair ? "repairing" : "checking");
        await services.Initializer.RunAsync(serve: false, ct);
        var index = services.Get<ISearchIndex<Guid>>();
        await using var connection = await services.Get<Database>().OpenAsync(ct);
        var drift = repair
            ? await RepairAsync(index, connection, services.Get<InvalidatingWrites>(), ct)
            : await index.CheckAsync(connection, ct);
        Console.WriteLine(Describe(drift, repair));
        return drift.IsNone || repair ? 0 : Drifted;
    }

    /// <summary>Services that run have what was found before; also where the repair ends half done.</summary>
    private static async Task<SearchDrift> RepairAsync(
        ISearchIndex<Guid> index,
        DbConnection connection,
        InvalidatingWrites writes,
        CancellationToken ct
    )
    {
        try
        {
            return await index.RepairAsync(connection, ct);
        }
        finally
        {
            await writes.RunAsync(
                static _ => Task.FromResult<(bool, Invalidation?)>((true, Invalidation.Everything)),
                CancellationToken.None
            );
        }
    }

    private static string Describe(SearchDrift drift, bool repaired) =>
        drift.IsNone
            ? string.Create(CultureInfo.InvariantCulture, $"The search index agrees with all {drift.Documents} files.")
            : string.Create(
                CultureInfo.InvariantCulture,
                $"Of {drift.Documents} files {drift.Missing} are missing from the search index and {drift.Stale} are stale in "
                    + $"it; {drift.Surplus} entries are orphaned, their files are gone. "
            ) + (repaired ? "All are repaired." : "'search repair' repairs them.");
}
