using FileService.Before;
using FileService.Data;
using FileService.Files;
using PerfKit.Query;

namespace FileService.Rollout;

/// <summary>Searches on the side the tenant's flag names. A list under way stays on the side that made its cursor.</summary>
internal sealed class SwitchingFileSearcher(
    NaiveFileSearcher before,
    [FromKeyedServices(Side.After)] IFileSearcher ranked,
    IConnectionScope connection,
    IServiceScopeFactory scopes,
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
            var first = await SearchAsync(isAfter, workspace, query, null, limit, ct);
            Offer(workspace, query);
            return first;
        }

        return await SearchAsync(!before.Made(workspace, query, after), workspace, query, after, limit, ct);
    }

    private async Task<SearchPage> SearchAsync(
        bool isAfter,
        WorkspaceRow workspace,
        SearchQuery query,
        string? after,
        int limit,
        CancellationToken ct
    )
    {
        if (isAfter)
        {
            return await ranked.SearchAsync(workspace, query, after, limit, ct);
        }

        await connection.ReleaseAsync(); // The before side opens its own.
        return await before.SearchAsync(workspace, query, after, limit, ct);
    }

    private void Offer(WorkspaceRow workspace, SearchQuery query) =>
        shadow.Offer(
            Operation.Search,
            $"'{string.Join(' ', query.Words)}' in {workspace.Id}",
            async token => new SearchAnswer(
                (await before.FindAsync(workspace, query, token)).Select(static match => match.Id).ToHashSet(),
                false
            ),
            token =>
                scopes.AskAfterAsync<IFileSearcher, SearchAnswer>(side =>
                    SearchAnswer.OfAsync(side, workspace, query, token)
                ),
            static (old, current) => current.AgreesWith(old.Ids)
        );
}
