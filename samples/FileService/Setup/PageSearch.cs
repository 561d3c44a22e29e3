using FileService.Files;
using FileService.LivePage;
using PerfKit.Query;

namespace FileService.Setup;

/// <summary>The live page's search box: the demo workspace's best matches, while the service is in development mode.</summary>
internal sealed class PageSearch(
    Workspaces workspaces,
    IFileSearcher searcher,
    IConnectionScope connection,
    Tenants tenants
) : IPageSearch
{
    private const int Hits = 10;

    public bool IsOpen => tenants.IsDevelopment;

    public async ValueTask<PageSearchAnswer> SearchAsync(string q, CancellationToken ct)
    {
        if (!SearchQuery.TryParse(q, out var query, out var fault))
        {
            return new PageSearchAnswer([], fault);
        }

        try
        {
            var workspace = await workspaces.FindAsync(Tenants.Default, Initializer.DemoWorkspace, ct);
            var page = await searcher.SearchAsync(workspace, query, null, Hits, ct);
            await connection.ReleaseAsync(); // The page's other parts are read for all who look, not by this request.
            return new PageSearchAnswer([.. page.Items.Select(static i => new PageHit(i.Id, i.Path, i.Snippet))]);
        }
        catch (ProblemException problem)
        {
            return new PageSearchAnswer([], problem.Message);
        }
    }
}
