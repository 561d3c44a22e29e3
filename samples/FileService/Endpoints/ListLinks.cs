using Microsoft.AspNetCore.Http.Extensions;

namespace FileService.Endpoints;

/// <summary>The <c>Link: &lt;...&gt;; rel="next"</c> of a list (RFC 8288).</summary>
internal static class ListLinks
{
    public static void Add(HttpContext context, string? next)
    {
        if (next is null)
        {
            return;
        }

        var query = new QueryBuilder(
            context.Request.Query.Where(static pair => pair.Key != "after").Append(new("after", next))
        );
        context.Response.Headers.Link = $"<{context.Request.PathBase}{context.Request.Path}{query}>; rel=\"next\"";
    }
}
