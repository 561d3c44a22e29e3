using Microsoft.AspNetCore.Http.Extensions;

namespace FileService.Endpoints;

/// <summary>The <c>Link: &lt;...&gt;; rel="next"</c> of a list (RFC 8288), and <c>rel="prev"</c> on the way back.</summary>
internal static class ListLinks
{
    public static void Add(HttpContext context, string? next, string? previous = null)
    {
        var links = new[] { (Cursor: next, Relation: "next"), (Cursor: previous, Relation: "prev") }
            .Where(static link => link.Cursor is not null)
            .Select(link => Link(context.Request, link.Cursor!, link.Relation));
        if (string.Join(", ", links) is { Length: > 0 } header)
        {
            context.Response.Headers.Link = header;
        }
    }

    private static string Link(HttpRequest request, string cursor, string relation)
    {
        var query = new QueryBuilder(
            request.Query.Where(static pair => pair.Key != "after").Append(new("after", cursor))
        );
        return $"<{request.PathBase}{request.Path}{query}>; rel=\"{relation}\"";
    }
}
