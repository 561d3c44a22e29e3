using System.Data.Common;
using FileService.Data;
using FileService.Files.Caching;
using FileService.Files.Search;
using PerfKit.Query;

namespace FileService.Files;

/// <summary>
/// Files whose path or text holds the given characters, by id, which is the order they were made in. The index's trigrams find
/// them; what it reads is bounded, and the answer says when it is partial.
/// </summary>
internal sealed class SubstringSearcher(
    CachedReads reads,
    ISqlDialect dialect,
    ISearchIndex<Guid> index,
    IKeysetCursors cursors
)
{
    public async Task<SearchPage> SearchAsync(
        WorkspaceRow workspace,
        string needle,
        string? after,
        int limit,
        CancellationToken ct
    )
    {
        var scope = $"substring {workspace.TenantId} {workspace.Id} {needle}";
        var page = KeysetPages.Create(index.ByKey, cursors, scope, after, limit);
        var found = await reads.GetAsync<(SubstringSearcher, WorkspaceRow, string, KeysetQuery), SearchPage>(
            new CachedRead(
                reads.Caches.Searches,
                CacheKeys.Substring(workspace.Id, needle, after, limit),
                workspace.Id
            ),
            (this, workspace, needle, page),
            static async (db, s, token) => await s.Item1.ReadAsync(db, s.Item2, s.Item3, s.Item4, token),
            CachedSizes.Of,
            ct
        );
        return found!;
    }

    private async Task<SearchPage> ReadAsync(
        DbConnection db,
        WorkspaceRow workspace,
        string needle,
        KeysetQuery page,
        CancellationToken ct
    )
    {
        var hits = await index.FindSubstringAsync(db, needle, page, workspace.Id, cancellationToken: ct);
        return await db.LoadFoundAsync(
            dialect,
            workspace,
            hits,
            (path, text) => SearchSnippet.Substring(path, text.Span, needle),
            ct
        );
    }
}
