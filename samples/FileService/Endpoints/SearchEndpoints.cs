using FileService.Files;
using PerfKit.Query;

namespace FileService.Endpoints;

/// <summary>A list of matches; <c>partial</c> says that only a bounded set of them was ranked.</summary>
internal sealed record SearchView(IReadOnlyList<SearchItem> Items, string? Next, bool Partial);

internal static class SearchEndpoints
{
    public static void MapSearch(this IEndpointRouteBuilder routes) =>
        routes
            .MapGet("/workspaces/{ws}/search", SearchAsync)
            .RequirePerfKitRateLimit(RatePolicies.Searches, RatePolicies.SearchSlots);

    private static async Task<IResult> SearchAsync(
        string ws,
        string? q,
        string? mode,
        string? after,
        string? limit,
        Workspaces workspaces,
        IFileSearcher words,
        SubstringSearcher substrings,
        HttpContext context
    )
    {
        var size = KeysetPages.ParseLimit(limit);
        var ct = context.RequestAborted;
        var workspace = await workspaces.FindAsync(context.Caller().Tenant, ws, ct);
        SearchPage page;
        switch (string.IsNullOrEmpty(mode) ? "words" : mode)
        {
            case "words":
                if (!SearchQuery.TryParse(q, out var query, out var error))
                {
                    throw ProblemException.BadRequest("invalid-query", error, "q");
                }

                page = await words.SearchAsync(workspace, query, after, size, ct);
                break;
            case "substring":
                if (!SearchQuery.TryParseSubstring(q, out var needle, out error))
                {
                    throw ProblemException.BadRequest("invalid-query", error, "q");
                }

                page = await substrings.SearchAsync(workspace, needle, after, size, ct);
                break;
            default:
                throw ProblemException.BadRequest(
                    "unknown-mode",
                    $"There is no search mode '{ProblemException.Shorten(mode!)}'; the modes are words and substring.",
                    "mode"
                );
        }

        ListLinks.Add(context, page.Next);
        return Results.Ok(new SearchView(page.Items, page.Next, page.Partial));
    }
}
