using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using FileService.Data;
using FileService.Files.Caching;
using PerfKit.Query;

namespace FileService.Files;

/// <summary>A tenant's workspaces, by id or by name.</summary>
internal sealed class Workspaces(
    IConnectionScope connection,
    CachedReads reads,
    Database database,
    ISqlDialect dialect,
    IKeysetCursors cursors,
    TimeProvider clock
)
{
    private static readonly KeysetOrder ByName = new KeysetFields()
        .UniqueBy<string>("name", "w.name")
        .ParseSort("name");

    private const int MaxNameLength = 128;

    /// <exception cref="ProblemException">400: not a name; 409: taken.</exception>
    public async Task<WorkspaceRow> CreateAsync(string tenant, string? name, CancellationToken ct)
    {
        var workspace = NewRow(tenant, name);
        await using var db = await database.OpenAsync(ct);
        return await InsertAsync(db, workspace)
            ? workspace
            : throw new ProblemException(
                StatusCodes.Status409Conflict,
                "workspace-exists",
                $"There is a workspace '{workspace.Name}' already.",
                "name"
            );
    }

    /// <summary>The workspace of this name, made when there is none.</summary>
    public async Task<WorkspaceRow> EnsureAsync(string tenant, string name, CancellationToken ct)
    {
        var workspace = NewRow(tenant, name);
        await using var db = await database.OpenAsync(ct);
        await InsertAsync(db, workspace);
        return await db.FindWorkspaceAsync(tenant, name) ?? workspace;
    }

    /// <summary>
    /// A workspace is neither renamed nor removed, so one that was found is right for writes too, and no write takes it out of the
    /// cache; that there is none is not kept.
    /// </summary>
    /// <exception cref="ProblemException">404: unknown, or another tenant's.</exception>
    public async ValueTask<WorkspaceRow> FindAsync(string tenant, string idOrName, CancellationToken ct) =>
        (IsName(idOrName) || Guid.TryParse(idOrName, out _) ? await FindKnownAsync(tenant, idOrName, ct) : null)
        ?? throw ProblemException.NotFound("workspace", idOrName);

    private ValueTask<WorkspaceRow?> FindKnownAsync(string tenant, string idOrName, CancellationToken ct) =>
        reads.GetAsync(
            new CachedRead(reads.Caches.Queries, CacheKeys.Workspace(tenant, idOrName), KeepsAbsence: false),
            (tenant, idOrName),
            static async (db, s, _) =>
                (Guid.TryParse(s.idOrName, out var id) ? await db.FindWorkspaceAsync(s.tenant, id) : null)
                ?? await db.FindWorkspaceAsync(s.tenant, s.idOrName),
            CachedSizes.Of,
            ct
        );

    public Task<KeysetPage<WorkspaceRow>> ListAsync(string tenant, string? after, int limit, CancellationToken ct)
    {
        var page = KeysetPages.Create(ByName, cursors, $"workspaces {tenant}", after, limit);
        return connection.RunAsync(
            (db, _) =>
                db.QueryPageAsync<WorkspaceRow>(
                    dialect,
                    page,
                    "select w.id, w.tenant_id, w.name from workspaces w where w.tenant_id = @tenant and {range}",
                    new { tenant },
                    static (row, _) => row.Name,
                    cancellationToken: ct
                ),
            ct
        );
    }

    /// <summary>That there was none is not kept, but a look-up under way would still say so to those who join it.</summary>
    private async Task<bool> InsertAsync(DbConnection db, WorkspaceRow workspace)
    {
        var isNew = await db.InsertWorkspaceAsync(workspace, clock.NowMicros());
        await reads.Caches.RemoveAsync(new Invalidation([CacheKeys.Workspace(workspace.TenantId, workspace.Name)], []));
        return isNew;
    }

    private static bool IsName([NotNullWhen(true)] string? name) =>
        !string.IsNullOrWhiteSpace(name)
        && name.Length <= MaxNameLength
        && name is not ("." or "..")
        && !name.Any(static c => char.IsControl(c) || c is '/' or '\\')
        && !Guid.TryParse(name, out _);

    private WorkspaceRow NewRow(string tenant, string? name)
    {
        if (!IsName(name))
        {
            throw ProblemException.BadRequest(
                "invalid-name",
                $"'{ProblemException.Shorten(name ?? "")}' is not a workspace name: use 1 to {MaxNameLength} characters "
                    + "without slashes and control characters; '.', '..' and the form of an id are taken.",
                "name"
            );
        }

        return new WorkspaceRow
        {
            Id = Guid.CreateVersion7(clock.GetUtcNow()),
            TenantId = tenant,
            Name = name,
        };
    }
}
