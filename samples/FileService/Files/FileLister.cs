using System.Data.Common;
using Dapper;
using FileService.Data;
using FileService.Files.Caching;
using PerfKit.Query;

namespace FileService.Files;

/// <summary>What a list asks for, checked.</summary>
internal sealed record ListRequest(FieldSelection Fields, KeysetOrder Order, string? After, int Limit);

/// <summary>Files in pages: keyset at any depth, only the needed columns, storages of a whole page in one trip.</summary>
internal sealed class FileLister(CachedReads reads, ISqlDialect dialect, IKeysetCursors cursors)
{
    public async ValueTask<KeysetPage<FileView>> ListAsync(
        WorkspaceRow workspace,
        ListRequest request,
        CancellationToken ct
    )
    {
        var scope = $"files {workspace.TenantId} {workspace.Id}";
        var page = KeysetPages.Create(request.Order, cursors, scope, request.After, request.Limit);
        var read = await reads.GetAsync<(ISqlDialect, WorkspaceRow, ListRequest, KeysetQuery), KeysetPage<FileView>>(
            new CachedRead(reads.Caches.Queries, CacheKeys.List(workspace.Id, request), workspace.Id),
            (dialect, workspace, request, page),
            static async (db, s, token) => await ReadAsync(db, s.Item1, s.Item2, s.Item3, s.Item4, token),
            CachedSizes.Of,
            ct
        );
        return read!;
    }

    private static async Task<KeysetPage<FileView>> ReadAsync(
        DbConnection db,
        ISqlDialect dialect,
        WorkspaceRow workspace,
        ListRequest request,
        KeysetQuery page,
        CancellationToken ct
    )
    {
        var files = await db.QueryPageAsync<FileRow>(
            dialect,
            page,
            $"select {request.Fields.SelectList(request.Order)} from files f "
                + "where f.workspace_id = @workspace and {range}",
            new { workspace = workspace.Id },
            FileFields.ValueOf,
            cancellationToken: ct
        );
        var storages = request.Fields.Shows(FileFields.Storages)
            ? (await db.FindStoragesAsync(dialect, files.Items.Select(static f => f.Id).ToArray())).ToLookup(s =>
                s.FileId
            )
            : null;
        return new KeysetPage<FileView>(
            files.Items.Select(file => FileView.From(file, request.Fields, storages?[file.Id])).ToList(),
            files.Next,
            page.IsBackward ? files.Previous : null // A walk forward has one link a page, as every client knows it.
        );
    }
}
