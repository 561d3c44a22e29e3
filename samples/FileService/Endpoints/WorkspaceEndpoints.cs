using FileService.Data;
using FileService.Files;
using PerfKit.Query;

namespace FileService.Endpoints;

/// <summary>A list as every list is answered.</summary>
internal sealed record ListView<T>(IReadOnlyList<T> Items, string? Next);

internal sealed record WorkspaceView(Guid Id, string Name);

internal sealed record NewWorkspace(string? Name);

internal static class WorkspaceEndpoints
{
    public static void MapWorkspaces(this IEndpointRouteBuilder routes)
    {
        routes
            .MapPost(
                "/workspaces",
                async (NewWorkspace body, Workspaces workspaces, HttpContext context) =>
                {
                    var made = await workspaces.CreateAsync(context.Caller().Tenant, body.Name, context.RequestAborted);
                    return Results.Created($"/workspaces/{made.Id}", new WorkspaceView(made.Id, made.Name));
                }
            )
            .RequirePerfKitRateLimit(RatePolicies.Writes);
        routes.MapGet("/workspaces", ListAsync).RequirePerfKitRateLimit(RatePolicies.Reads);
    }

    private static async Task<IResult> ListAsync(
        Workspaces workspaces,
        HttpContext context,
        string? after,
        string? limit
    )
    {
        var page = await workspaces.ListAsync(
            context.Caller().Tenant,
            after,
            KeysetPages.ParseLimit(limit),
            context.RequestAborted
        );
        ListLinks.Add(context, page.Next);
        return Results.Ok(
            new ListView<WorkspaceView>([.. page.Items.Select(w => new WorkspaceView(w.Id, w.Name))], page.Next)
        );
    }
}
