using FileService.Files;
using FileService.Files.Caching;
using FileService.Setup;
using Microsoft.Extensions.Options;
using PerfKit.Query;
using PerfKit.Streaming;

namespace FileService.Endpoints;

/// <summary>Files by workspace and path, and files by id.</summary>
internal static class FileEndpoints
{
    public static void MapFiles(this IEndpointRouteBuilder routes)
    {
        var reads = routes.MapGroup("").RequirePerfKitRateLimit(RatePolicies.Reads);
        reads.MapGet("/workspaces/{ws}/files", ListAsync);
        reads.MapMethods("/workspaces/{ws}/files/{**path}", ["GET", "HEAD"], DownloadByPathAsync);
        reads.MapGet("/files/{id}", GetAsync);
        reads.MapMethods("/files/{id}/content", ["GET", "HEAD"], Download);

        var writes = routes.MapGroup("").RequirePerfKitRateLimit(RatePolicies.Writes);
        writes.MapPut("/workspaces/{ws}/files/{**path}", UploadAsync);
        writes.MapDelete("/workspaces/{ws}/files/{**path}", DeleteByPathAsync);
        writes.MapDelete("/files/{id}", DeleteAsync);
    }

    private static async Task<IResult> ListAsync(
        string ws,
        string? fields,
        string? sort,
        string? after,
        string? limit,
        Workspaces workspaces,
        FileLister lister,
        HttpContext context
    )
    {
        var request = new ListRequest(
            FileFields.Parse(fields),
            FileFields.Sortable.ParseSort(string.IsNullOrEmpty(sort) ? "path" : sort),
            after,
            KeysetPages.ParseLimit(limit)
        );
        var workspace = await workspaces.FindAsync(context.Caller().Tenant, ws, context.RequestAborted);
        var page = await lister.ListAsync(workspace, request, context.RequestAborted);
        ListLinks.Add(context, page.Next, page.Previous);
        return Results.Ok(new ListView<FileView>(page.Items, page.Next));
    }

    private static async Task<IResult> UploadAsync(
        string ws,
        Workspaces workspaces,
        FileLoader loader,
        FileWriter files,
        IConnectionScope connection,
        IOptions<StorageOptions> options,
        HttpContext context
    )
    {
        var path = RequestPath.FilePathOf(context);
        var ct = context.RequestAborted;
        var workspace = await workspaces.FindAsync(context.Caller().Tenant, ws, ct);
        var condition = WriteCondition.From(context.Request.GetTypedHeaders());
        if (!condition.IsNone) // Refused before the body is accepted; the commit looks again.
        {
            condition.Check(await loader.FindCurrentAsync(workspace, path, ct), static file => file.ContentHash);
        }

        await connection.ReleaseAsync(); // A body may take long, and the write has a connection of its own.

        var maxBytes = options.Value.MaxUploadBytes;
        if (context.Request.ContentLength > maxBytes)
        {
            throw new ContentTooLargeException(maxBytes);
        }

        await using var pending = (
            await files.ReceiveAsync(
                workspace,
                path,
                UploadType.Of(path, context.Request.ContentType),
                context.Request.ContentLength,
                (writer, token) => ContentUploads.ReceiveAsync(context.Request, writer, maxBytes, token),
                ct
            )
        ) with
        {
            Condition = condition,
        };
        var result = (await files.CommitAsync(workspace, [pending], ct))[0];
        context.Response.Headers.ETag = $"\"{result.File.ContentHash}\"";
        var view = FileView.From(result.File);
        return result.Created ? Results.Created($"/files/{view.Id}", view) : Results.Ok(view);
    }

    private static async Task<IResult> DeleteByPathAsync(
        string ws,
        Workspaces workspaces,
        FileLoader loader,
        FileWriter files,
        IConnectionScope connection,
        HttpContext context
    )
    {
        var path = RequestPath.FilePathOf(context);
        var workspace = await workspaces.FindAsync(context.Caller().Tenant, ws, context.RequestAborted);
        var found = await loader.FindCurrentAsync(workspace, path, context.RequestAborted);
        WriteCondition.From(context.Request.GetTypedHeaders()).Check(found, static file => file.ContentHash);
        await connection.ReleaseAsync();
        return found is not null && await files.DeleteAsync(found, context.RequestAborted)
            ? Results.NoContent()
            : throw ProblemException.NotFound("file", path);
    }

    private static async Task<IResult> DeleteAsync(
        string id,
        FileLoader loader,
        FileWriter files,
        IConnectionScope connection,
        HttpContext context
    )
    {
        var found =
            (
                Guid.TryParse(id, out var parsed)
                    ? await loader.FindCurrentAsync(context.Caller().Tenant, parsed, context.RequestAborted)
                    : null
            ) ?? throw ProblemException.NotFound("file", id);
        WriteCondition.From(context.Request.GetTypedHeaders()).Check(found, RowTag);
        await connection.ReleaseAsync();
        return await files.DeleteAsync(found, context.RequestAborted)
            ? Results.NoContent()
            : throw ProblemException.NotFound("file", id);
    }

    private static async Task<IResult> GetAsync(
        string id,
        FileLoader loader,
        FileStorages storages,
        HttpContext context
    )
    {
        var file = (await FindAsync(id, loader, context)).File;
        var tag = $"\"{RowTag(file)}\"";
        context.Response.Headers.ETag = tag;
        if (context.Request.GetTypedHeaders().IfNoneMatch.Any(t => t.Tag == tag || t.Tag == "*"))
        {
            return Results.StatusCode(StatusCodes.Status304NotModified);
        }

        return Results.Ok(FileView.From(file, await storages.OfAsync(file.Id, context.RequestAborted)));
    }

    private static async Task<IResult> DownloadByPathAsync(
        string ws,
        Workspaces workspaces,
        IFileLoader loader,
        IConnectionScope connection,
        MetadataCache cache,
        HttpContext context
    )
    {
        var path = RequestPath.FilePathOf(context);
        var workspace = await workspaces.FindAsync(context.Caller().Tenant, ws, context.RequestAborted);
        return new FreshResult(
            connection,
            cache,
            async () =>
                await loader.LoadAsync(workspace, path, context.RequestAborted)
                ?? throw ProblemException.NotFound("file", path),
            found => ValueTask.FromResult(FileContentResult.From(context, found))
        );
    }

    private static FreshResult Download(
        string id,
        [Microsoft.AspNetCore.Mvc.FromQuery(Name = "as")] string? target,
        IFileLoader loader,
        IFileConverter converter,
        IConnectionScope connection,
        MetadataCache cache,
        HttpContext context
    ) =>
        new(
            connection,
            cache,
            () => FindAsync(id, loader, context),
            async found =>
                target is null
                    ? FileContentResult.From(context, found)
                    : ConvertedResult.From(
                        context,
                        found.File,
                        await converter.ConvertAsync(found, target, context.RequestAborted)
                    )
        );

    private static string RowTag(Data.FileRow file) => $"v{file.Version}";

    private static async ValueTask<FileContent> FindAsync(string id, IFileLoader loader, HttpContext context) =>
        (
            Guid.TryParse(id, out var parsed)
                ? await loader.LoadAsync(context.Caller().Tenant, parsed, context.RequestAborted)
                : null
        ) ?? throw ProblemException.NotFound("file", id);
}
