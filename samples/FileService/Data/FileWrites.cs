using Dapper;
using FileService.Files;
using PerfKit.Query;

namespace FileService.Data;

/// <summary>SQL that changes <c>files</c>.</summary>
internal static class FileWrites
{
    /// <summary>The file a conditional write is about, locked until the transaction ends.</summary>
    public static Task<FileRow?> LockFileAsync(this WriteScope scope, Engine engine, Guid workspace, string path) =>
        scope.Connection.QuerySingleOrDefaultAsync<FileRow>(
            $"""
            select {FileQueries.Columns} from files f
            where f.workspace_id = @workspace and f.path = @path {(engine == Engine.PostgreSql ? "for update" : "")}
            """,
            new { workspace, path },
            scope.Transaction
        );

    /// <summary>The contents that files have at these paths now, and what they are taken for.</summary>
    public static async Task<List<FileRow>> CurrentContentsAsync(
        this WriteScope scope,
        ISqlDialect dialect,
        Guid workspace,
        IReadOnlyCollection<string> paths
    ) =>
        (
            await scope.Connection.QueryAsync<FileRow>(
                $"""
                select f.content_hash, f.content_type from files f
                where f.workspace_id = @workspace and {dialect.In("f.path", "paths")}
                """,
                new { workspace, paths = dialect.ListParameter(paths) },
                scope.Transaction
            )
        ).AsList();

    /// <summary>Inserts the file or gives it its next version; null when it must be new and is not.</summary>
    public static Task<FileRow?> UpsertFileAsync(
        this WriteScope scope,
        WorkspaceRow workspace,
        PendingFile file,
        Guid newId,
        long now
    ) =>
        scope.Connection.QuerySingleOrDefaultAsync<FileRow>(
            $"""
            insert into files (
                id, tenant_id, workspace_id, path, name, content_type, size, content_hash, version, source_mtime,
                created_at, updated_at)
            values (@newId, @TenantId, @WorkspaceId, @Path, @Name, @ContentType, @Length, @Hash, 1, @SourceMtime,
                @now, @now)
            on conflict (workspace_id, path) {(file.Condition.MustBeNew ? "do nothing" : Replace)}
            returning id, tenant_id, workspace_id, path, name, content_type, size, content_hash, version,
                created_at, updated_at
            """,
            new
            {
                newId,
                workspace.TenantId,
                WorkspaceId = workspace.Id,
                file.Path,
                file.Name,
                file.ContentType,
                file.Content.Length,
                file.Hash,
                file.SourceMtime,
                now,
            },
            scope.Transaction
        );

    /// <summary>Where the content lies first; the other storages follow at their next sync.</summary>
    public static Task PutPrimaryStorageAsync(this WriteScope scope, FileRow file, Guid storage) =>
        scope.Connection.ExecuteAsync(
            """
            insert into file_storages (file_id, storage_resource_id, role, content_hash, synced_at)
            values (@Id, @storage, 'primary', @ContentHash, @UpdatedAt)
            on conflict (file_id, storage_resource_id)
            do update set content_hash = excluded.content_hash, synced_at = excluded.synced_at
            """,
            new
            {
                file.Id,
                storage,
                file.ContentHash,
                file.UpdatedAt,
            },
            scope.Transaction
        );

    /// <summary>Removes the row; its content stays for the collector. Null when it is gone already.</summary>
    public static Task<FileRow?> DeleteFileAsync(this WriteScope scope, string tenant, Guid id) =>
        scope.Connection.QuerySingleOrDefaultAsync<FileRow>(
            """
            delete from files where id = @id and tenant_id = @tenant
            returning id, tenant_id, workspace_id, path, content_type, content_hash
            """,
            new { id, tenant },
            scope.Transaction
        );

    private const string Replace = """
        do update set content_type = excluded.content_type, size = excluded.size, content_hash = excluded.content_hash,
            source_mtime = excluded.source_mtime, updated_at = excluded.updated_at, version = files.version + 1
        """;
}
