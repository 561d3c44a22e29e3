using FileService.Data;
using FileService.Files;
using PerfKit.Query;

namespace FileService.Before;

/// <summary>A file that matches.</summary>
internal sealed record NaiveMatch(Guid Id, string Path, string ContentHash);

/// <summary>
/// Searching before: LIKE over every path and text, the rest sorted out here, pages by offset, and the text of each shown
/// match in a query of its own.
/// </summary>
internal sealed class NaiveFileSearcher(Database database, IKeysetCursors cursors) : IFileSearcher
{
    private static readonly KeysetOrder ByOffset = new KeysetFields().UniqueBy<long>("offset", "o").ParseSort("offset");

    public async Task<SearchPage> SearchAsync(
        WorkspaceRow workspace,
        SearchQuery query,
        string? after,
        int limit,
        CancellationToken ct
    )
    {
        var offset = OffsetOf(workspace, query, after);
        return await PageAsync(workspace, query, await FindAsync(workspace, query, ct), offset, limit, ct);
    }

    /// <summary>Whether the cursor is one of this search: cursors are signed, so nobody makes them up.</summary>
    public bool Made(WorkspaceRow workspace, SearchQuery query, string after) =>
        cursors.TryDecode(ByOffset, Scope(workspace, query), after, out _);

    /// <summary>Every match, in path order. Reads the whole workspace.</summary>
    public async Task<List<NaiveMatch>> FindAsync(WorkspaceRow workspace, SearchQuery query, CancellationToken ct)
    {
        var matches = new List<NaiveMatch>();
        await using var connection = await database.OpenAsync(ct);
        await foreach (var file in database.ScanTextsAsync(connection, workspace.Id, query).WithCancellation(ct))
        {
            if (query.Matches(file.Path, file.Text))
            {
                matches.Add(new NaiveMatch(file.Id, file.Path, file.ContentHash));
            }
        }

        matches.Sort(static (a, b) => string.CompareOrdinal(a.Path, b.Path));
        return matches;
    }

    /// <summary>What is shown of the matches.</summary>
    public async Task<SearchPage> PageAsync(
        WorkspaceRow workspace,
        SearchQuery query,
        List<NaiveMatch> matches,
        int offset,
        int limit,
        CancellationToken ct
    )
    {
        var items = new List<SearchItem>();
        await using var connection = await database.OpenAsync(ct);
        foreach (var match in matches.Skip(offset).Take(limit))
        {
            var text = await connection.ReadTextAsync(workspace.TenantId, match.ContentHash);
            items.Add(new SearchItem(match.Id, match.Path, 1, SearchSnippet.Words(match.Path, text, query)));
        }

        var end = offset + items.Count;
        var next =
            end < matches.Count
                ? cursors.Encode(ByOffset, Scope(workspace, query), new KeysetPosition([(long)end]))
                : null;
        return new SearchPage(items, next, Partial: false);
    }

    private int OffsetOf(WorkspaceRow workspace, SearchQuery query, string? after)
    {
        if (string.IsNullOrEmpty(after))
        {
            return 0;
        }

        return cursors.TryDecode(ByOffset, Scope(workspace, query), after, out var position)
            ? (int)(long)position.Values[0]!
            : throw ProblemException.BadRequest("invalid-cursor", "after is not a cursor of this search.", "after");
    }

    private static string Scope(WorkspaceRow workspace, SearchQuery query) =>
        $"naive search {workspace.TenantId} {workspace.Id} {string.Join(' ', query.Words)}";
}
