using System.Data.Common;
using FileService.Data;
using PerfKit.Query;

namespace FileService.Files.Search;

/// <summary>The answer for one page of matches.</summary>
internal static class FoundFiles
{
    /// <summary>Reads the rows of the page's files, then their texts for the snippets: two statements, however many files.</summary>
    /// <param name="connection">An open connection.</param>
    /// <param name="dialect">The engine's.</param>
    /// <param name="workspace">Where they lie.</param>
    /// <param name="hits">The matches.</param>
    /// <param name="render">Makes the snippet of a path and a text.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<SearchPage> LoadFoundAsync(
        this DbConnection connection,
        ISqlDialect dialect,
        WorkspaceRow workspace,
        SearchHits<Guid> hits,
        Func<string, ReadOnlyMemory<char>, string> render,
        CancellationToken ct
    )
    {
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
            render,
            ct
        );
        var items = new List<SearchItem>();
        foreach (var hit in hits.Page.Items)
        {
            if (files.TryGetValue(hit.Key, out var file)) // Else it was removed between the two statements.
            {
                var snippet = snippets.GetValueOrDefault(file.Path) ?? render(file.Path, default);
                items.Add(new SearchItem(file.Id, file.Path, Math.Round(hit.Score, 6), snippet));
            }
        }

        return new SearchPage(items, hits.Page.Next, hits.IsPartial);
    }
}
