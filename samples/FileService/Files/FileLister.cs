using Dapper;
using FileService.Data;
using PerfKit.Query;

namespace FileService.Files;

/// <summary>What a list asks for, checked.</summary>
internal sealed record ListRequest(FieldSelection Fields, KeysetOrder Order, string? After, int Limit);

/// <summary>Files in pages: keyset at any depth, only the needed columns, storages of a whole page in one trip.</summary>
internal sealed class FileLister(Database database, ISqlDialect dialect, IKeysetCursors cursors)
{
    public async Task<KeysetPage<FileView>> ListAsync(WorkspaceRow workspace, ListRequest request, CancellationToken ct)
    {
        var scope = $"files {workspace.TenantId} {workspace.Id}";
        var page = KeysetPages.Create(request.Order, cursors, scope, request.After, request.Limit);

        await using var connection = await database.OpenAsync(ct);
        var files = await connection.QueryPageAsync<FileRow>(
            dialect,
            page,
            $"select {request.Fields.SelectList(request.Order)} from files f "
                + "where f.workspace_id = @workspace and {range}",
            new { workspace = workspace.Id },
            FileFields.ValueOf,
            cancellationToken: ct
        );
        var storages = request.Fields.Shows(FileFields.Storages)
            ? (await connection.FindStoragesAsync(dialect, files.Items.Select(static f => f.Id).ToArray())).ToLookup(
                s => s.FileId
            )
            : null;
        return new KeysetPage<FileView>(
            files.Items.Select(file => FileView.From(file, request.Fields, storages?[file.Id])).ToList(),
            files.Next,
            page.IsBackward ? files.Previous : null // A walk forward has one link a page, as every client knows it.
        );
    }
}
