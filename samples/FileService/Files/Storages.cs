using FileService.Data;
using FileService.Setup;
using Microsoft.Extensions.Options;
using PerfKit.Query;

namespace FileService.Files;

/// <summary>Storage resources: folders below the allowed roots, and the jobs that sync to them.</summary>
internal sealed class Storages(
    IConnectionScope connection,
    Database database,
    ContentStores stores,
    IStorageSync sync,
    JobRunner jobs,
    IOptions<StorageOptions> options,
    TimeProvider clock
)
{
    private const string Local = "local";

    /// <exception cref="ProblemException">400: unknown kind; a root that is missing or outside the allowed bases.</exception>
    public async Task<StorageRow> CreateAsync(string? kind, string? locator, CancellationToken ct)
    {
        if (kind != Local)
        {
            throw ProblemException.BadRequest(
                "unknown-kind",
                $"There is no storage kind '{ProblemException.Shorten(kind ?? "")}'; the kind is {Local}.",
                "kind"
            );
        }

        var storage = new StorageRow
        {
            Id = Guid.CreateVersion7(clock.GetUtcNow()),
            Kind = Local,
            Locator = CheckedRoot(locator),
        };
        await using var db = await database.OpenAsync(ct);
        await db.InsertStorageAsync(storage, clock.NowMicros());
        return storage;
    }

    /// <exception cref="ProblemException">404: unknown, or another tenant's.</exception>
    public async Task<StorageRow> FindAsync(string tenant, string id, CancellationToken ct) =>
        (
            Guid.TryParse(id, out var parsed)
                ? await connection.RunAsync((db, _) => db.FindStorageAsync(tenant, parsed), ct)
                : null
        ) ?? throw ProblemException.NotFound("storage", id);

    /// <summary>Starts a sync as a job.</summary>
    public async Task<JobRow> SyncAsync(WorkspaceRow workspace, StorageRow storage, CancellationToken ct)
    {
        await connection.ReleaseAsync(); // The job writes its row on a connection of its own.
        return await jobs.EnqueueAsync(
            workspace.TenantId,
            "sync",
            (progress, token) => sync.SyncAsync(workspace, storage, progress, token),
            ct
        );
    }

    private string CheckedRoot(string? locator)
    {
        if (string.IsNullOrWhiteSpace(locator) || locator.Contains('\0'))
        {
            throw ProblemException.BadRequest("invalid-locator", "Name the storage's folder.", "locator");
        }

        var bases = options.Value.Roots.Count > 0 ? options.Value.Roots : [options.Value.Root];
        var root = stores.RootOf(locator);
        var real = RealPath.Of(root);
        if (!bases.Any(allowed => RealPath.IsBelow(real, RealPath.Of(Path.GetFullPath(allowed)))))
        {
            throw ProblemException.BadRequest(
                "locator-not-allowed",
                $"The folder '{ProblemException.Shorten(locator)}' lies outside the allowed bases (Storage:Roots).",
                "locator"
            );
        }

        if (!Directory.Exists(root))
        {
            throw ProblemException.BadRequest(
                "locator-missing",
                $"The folder '{ProblemException.Shorten(locator)}' does not exist; create or mount it first.",
                "locator"
            );
        }

        return root;
    }
}

/// <summary>Paths with their symbolic links resolved, as far as they exist.</summary>
internal static class RealPath
{
    public static string Of(string fullPath)
    {
        var root = Path.GetPathRoot(fullPath) ?? "";
        var real = root;
        foreach (
            var part in fullPath[root.Length..]
                .Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries)
        )
        {
            real = Path.Combine(real, part);
            var here = new DirectoryInfo(real);
            real = here.LinkTarget is null ? real : here.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? real;
        }

        return real;
    }

    public static bool IsBelow(string path, string parent) =>
        path.StartsWith(
            Path.TrimEndingDirectorySeparator(parent) + Path.DirectorySeparatorChar,
            StringComparison.Ordinal
        );
}
