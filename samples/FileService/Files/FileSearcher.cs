using System.Data.Common;
using Dapper;
using FileService.Data;
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
    Database database,
    ISqlDialect dialect,
    ISearchIndex<Guid> index,
    IKeysetCursors cursors
) : IFileSearcher
{
    public Task<SearchPage> SearchAsync(
        WorkspaceRow workspace,
        SearchQuery query,
        string? after,
        int limit,
        CancellationToken ct
    )
    {
        var scope = $"search {workspace.TenantId} {workspace.Id} {string.Join(' ', query.Words)}";
        var page = KeysetPages.Create(index.ByRank, cursors, scope, after, limit);
        return database.ReadAsync(connection => ReadAsync(connection, workspace, query, page, ct), ct);
    }

    private async Task<SearchPage> ReadAsync(
        DbConnection connection,
        WorkspaceRow workspace,
        SearchQuery query,
        KeysetQuery page,
        CancellationToken ct
    )
    {
        var hits = await index.FindAsync(connection, query, page, workspace.Id, cancellationToken: ct);
        var files = await connection.LoadByAsync<Guid, FileRow>(
            dialect,
            "select f.id, f.path, f.content_hash from files f where {keys}",
            "f.id",
            [.. hits.Page.Items.Select(static hit => hit.Key)],
            static file => file.Id,
            cancellationToken: ct
        );
        var snippets = await connection.SnippetsAsync(
            dialect,
            workspace.TenantId,
            files.Values.ToLookup(static file => file.ContentHash, static file => file.Path),
            (path, text) => SearchSnippet.Words(path, text.Span, query),
            ct
        );
        var items = new List<SearchItem>();
        foreach (var hit in hits.Page.Items)
        {
            if (files.TryGetValue(hit.Key, out var file)) // Else it was removed between the two statements.
            {
                var snippet = snippets.GetValueOrDefault(file.Path) ?? SearchSnippet.Words(file.Path, null, query);
                items.Add(new SearchItem(file.Id, file.Path, Math.Round(hit.Score, 6), snippet));
            }
        }

        return new SearchPage(items, hits.Page.Next, hits.IsPartial);
    }
}
