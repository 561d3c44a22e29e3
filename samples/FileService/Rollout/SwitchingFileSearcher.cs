using FileService.Before;
using FileService.Data;
using FileService.Files;
using PerfKit.Query;

namespace FileService.Rollout;

/// <summary>Searches on the side the tenant's flag names. A list under way stays on the side that made its cursor.</summary>
internal sealed class SwitchingFileSearcher(
    NaiveFileSearcher before,
    [FromKeyedServices(Side.After)] IFileSearcher ranked,
    RolloutFlags flags,
    ShadowRunner shadow
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
        if (string.IsNullOrEmpty(after))
        {
            var isAfter = await flags.UsesAfterAsync(Operation.Search, workspace.TenantId);
            var first = await Of(isAfter).SearchAsync(workspace, query, null, limit, ct);
            Offer(workspace, query);
            return first;
        }

        return await Of(!before.Made(workspace, query, after)).SearchAsync(workspace, query, after, limit, ct);
    }

    private IFileSearcher Of(bool isAfter) => isAfter ? ranked : before;

    private void Offer(WorkspaceRow workspace, SearchQuery query) =>
        shadow.Offer(
            Operation.Search,
            $"'{string.Join(' ', query.Words)}' in {workspace.Id}",
            async token => new SearchAnswer(
                (await before.FindAsync(workspace, query, token)).Select(static match => match.Id).ToHashSet(),
                false
            ),
            token => SearchAnswer.OfAsync(ranked, workspace, query, token),
            static (old, current) => current.AgreesWith(old.Ids)
        );
}
