using System.Data.Common;
using Dapper;
using FileService.Data;
using PerfKit.Query;

namespace FileService.Files;

/// <summary>What a list asks for, checked.</summary>
internal sealed record ListRequest(FieldSelection Fields, KeysetOrder Order, string? After, int Limit);

/// <summary>Files in pages: keyset at any depth, only the needed columns, storages of a whole page in one trip.</summary>
internal sealed class FileLister(IConnectionScope connection, ISqlDialect dialect, IKeysetCursors cursors)
{
    public Task<KeysetPage<FileView>> ListAsync(WorkspaceRow workspace, ListRequest request, CancellationToken ct)
    {
        var scope = $"files {workspace.TenantId} {workspace.Id}";
        var page = KeysetPages.Create(request.Order, cursors, scope, request.After, request.Limit);
        return connection.RunAsync((db, _) => ReadAsync(db, workspace, request, page, ct), ct);
    }

    private async Task<KeysetPage<FileView>> ReadAsync(
        DbConnection db,
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
