using FileService.Files;
using FileService.Setup;

namespace FileService.Endpoints;

internal sealed record NewStorage(string? Kind, string? Locator);

internal sealed record StorageResourceView(Guid Id, string Kind, string Locator);

internal sealed record SyncRequest(string? Workspace);

/// <summary>Storages are the administrator's; any tenant may sync its workspaces to one.</summary>
internal static class StorageEndpoints
{
    public static void MapStorages(this IEndpointRouteBuilder routes)
    {
        var writes = routes.MapGroup("/storages").RequirePerfKitRateLimit(RatePolicies.Writes);
        writes.MapPost("", CreateAsync);
        writes.MapPost("/{id}/sync", SyncAsync).WithRateLimitCost(RatePolicies.SyncCost);
    }

    private static async Task<IResult> CreateAsync(NewStorage body, Storages storages, HttpContext context)
    {
        if (!context.Caller().IsAdmin)
        {
            throw new ProblemException(
                StatusCodes.Status401Unauthorized,
                "admin-key-required",
                "Storages are managed with an admin key (Admin:Keys:0).",
                "X-Api-Key"
            );
        }

        var made = await storages.CreateAsync(body.Kind, body.Locator, context.RequestAborted);
        return Results.Created($"/storages/{made.Id}", new StorageResourceView(made.Id, made.Kind, made.Locator));
    }

    private static async Task<IResult> SyncAsync(
        string id,
        SyncRequest body,
        Storages storages,
        Workspaces workspaces,
        HttpContext context
    )
    {
        var tenant = context.Caller().Tenant;
        var ct = context.RequestAborted;
        if (string.IsNullOrEmpty(body.Workspace))
        {
            throw ProblemException.BadRequest("workspace-required", "Name the workspace to sync.", "workspace");
        }

        var workspace = await workspaces.FindAsync(tenant, body.Workspace, ct); // First: it may open a connection of its own.
        var storage = await storages.FindAsync(tenant, id, ct);
        var job = await storages.SyncAsync(workspace, storage, ct);
        return Results.Accepted($"/jobs/{job.Id}", JobView.From(job));
    }
}
