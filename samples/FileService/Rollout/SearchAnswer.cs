using FileService.Data;
using FileService.Files;
using PerfKit.Query;

namespace FileService.Rollout;

/// <summary>The ids a search finds over all its pages; partial when only a bounded set of the matches was ranked.</summary>
internal sealed record SearchAnswer(HashSet<Guid> Ids, bool Partial)
{
    public static async Task<SearchAnswer> OfAsync(
        IFileSearcher searcher,
        WorkspaceRow workspace,
        SearchQuery query,
        CancellationToken ct
    )
    {
        var ids = new HashSet<Guid>();
        var partial = false;
        string? after = null;
        do
        {
            var page = await searcher.SearchAsync(workspace, query, after, KeysetPages.MaxLimit, ct);
            ids.UnionWith(page.Items.Select(static item => item.Id));
            partial |= page.Partial;
            after = page.Next;
        } while (after is not null);

        return new SearchAnswer(ids, partial);
    }

    /// <summary>The same set; where the answer is partial, some of them and nothing else.</summary>
    public bool AgreesWith(HashSet<Guid> all) => Partial ? Ids.Count > 0 && Ids.IsSubsetOf(all) : Ids.SetEquals(all);
}
