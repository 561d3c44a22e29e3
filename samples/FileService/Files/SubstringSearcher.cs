using System.Data.Common;
using Dapper;
using FileService.Data;
using FileService.Files.Search;
using PerfKit.Query;

namespace FileService.Files;

/// <summary>
/// Files whose path or text holds the given characters, in path order. It reads texts until the page is full: its cost
/// follows the corpus, which docs/search.md says, and no match is left out.
/// </summary>
internal sealed class SubstringSearcher(Database database, ISqlDialect dialect, IKeysetCursors cursors)
{
    private static readonly KeysetOrder ByPath = new KeysetFields()
        .UniqueBy<string>("path", "f.path")
        .ParseSort("path");

    public Task<SearchPage> SearchAsync(
        WorkspaceRow workspace,
        string needle,
        string? after,
        int limit,
        CancellationToken ct
    )
    {
        var scope = $"substring {workspace.TenantId} {workspace.Id} {needle}";
        var page = KeysetPages.Create(ByPath, cursors, scope, after, limit);
        return database.ReadAsync(connection => ReadAsync(connection, workspace, needle, page, ct), ct);
    }

    /// <summary>Takes the meaning from LIKE's wildcards.</summary>
    public static string Escape(string text) =>
        text.Replace(@"\", @"\\", StringComparison.Ordinal)
            .Replace("%", @"\%", StringComparison.Ordinal)
            .Replace("_", @"\_", StringComparison.Ordinal);

    private async Task<SearchPage> ReadAsync(
        DbConnection connection,
        WorkspaceRow workspace,
        string needle,
        KeysetQuery page,
        CancellationToken ct
    )
    {
        var like = database.Engine == Engine.PostgreSql ? "ilike" : "like";
        var found = await connection.QueryPageAsync<FileRow>(
            dialect,
            page,
            $$"""
            select f.id, f.path, f.content_hash from files f
            left join content_texts t on t.tenant_id = f.tenant_id and t.hash = f.content_hash
            where f.workspace_id = @workspace and {range}
                and (f.path {{like}} @pattern escape '\' or t.text {{like}} @pattern escape '\')
            """,
            new { workspace = workspace.Id, pattern = $"%{Escape(needle)}%" },
            static (row, _) => row.Path,
            cancellationToken: ct
        );
        var snippets = await connection.SnippetsAsync(
            dialect,
            workspace.TenantId,
            found.Items.ToLookup(static file => file.ContentHash, static file => file.Path),
            (path, text) => SearchSnippet.Substring(path, text.Span, needle),
            ct
        );
        return new SearchPage(
            found
                .Items.Select(file => new SearchItem(
                    file.Id,
                    file.Path,
                    1,
                    snippets.GetValueOrDefault(file.Path) ?? SearchSnippet.Substring(file.Path, null, needle)
                ))
                .ToList(),
            found.Next,
            false
        );
    }
}
