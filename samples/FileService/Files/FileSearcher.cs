using System.Data.Common;
using FileService.Data;
using FileService.Files.Caching;
using FileService.Files.Search;
using PerfKit.Query;

namespace FileService.Files;

/// <summary>A found file; matches in the snippet stand between mark tags, the rest is HTML-escaped.</summary>
internal sealed record SearchItem(Guid Id, string Path, double Score, string Snippet);

/// <summary>A page of found files; partial when only a bounded set of the matches was ranked.</summary>
internal sealed record SearchPage(IReadOnlyList<SearchItem> Items, string? Next, bool Partial);

/// <summary>Finds the files that hold every word of a query.</summary>
internal interface IFileSearcher
{
    Task<SearchPage> SearchAsync(
        WorkspaceRow workspace,
        SearchQuery query,
        string? after,
        int limit,
        CancellationToken ct
    );
}

/// <summary>One index lookup, a keyset page of the ranking, then texts of that page alone for its snippets.</summary>
internal sealed class FileSearcher(
    CachedReads reads,
    ISqlDialect dialect,
    ISearchIndex<Guid> index,
    IKeysetCursors cursors
) : IFileSearcher
{
    public async Task<SearchPage> SearchAsync(
        WorkspaceRow workspace,
        SearchQuery query,
        string? after,
        int limit,
        CancellationToken ct
    )
    {
        var scope = $"search {workspace.TenantId} {workspace.Id} {string.Join(' ', query.Words)}";
        var page = KeysetPages.Create(index.ByRank, cursors, scope, after, limit);
        var found = await reads.GetAsync<(FileSearcher, WorkspaceRow, SearchQuery, KeysetQuery), SearchPage>(
            new CachedRead(
                reads.Caches.Searches,
                CacheKeys.Words(workspace.Id, string.Join(' ', query.Words), after, limit),
                workspace.Id,
                IsRanked: true
            ),
            (this, workspace, query, page),
            static async (db, s, token) => await s.Item1.ReadAsync(db, s.Item2, s.Item3, s.Item4, token),
            CachedSizes.Of,
            ct
        );
        return found!;
    }

    private async Task<SearchPage> ReadAsync(
        DbConnection db,
        WorkspaceRow workspace,
        SearchQuery query,
        KeysetQuery page,
        CancellationToken ct
    )
    {
        var hits = await index.FindAsync(db, query, page, workspace.Id, cancellationToken: ct);
        return await db.LoadFoundAsync(
            dialect,
            workspace,
            hits,
            (path, text) => SearchSnippet.Words(path, text.Span, query),
            ct
        );
    }
}
