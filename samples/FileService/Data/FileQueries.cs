using System.Buffers;
using System.Data;
using System.Data.Common;
using System.Runtime.CompilerServices;
using Dapper;
using PerfKit.Query;

namespace FileService.Data;

/// <summary>SQL over <c>files</c> and <c>file_storages</c>; one index serves each statement.</summary>
internal static class FileQueries
{
    public const string Columns =
        "f.id, f.tenant_id, f.workspace_id, f.path, f.name, f.content_type, f.size, f.content_hash, f.version, "
        + "f.created_at, f.updated_at";

    public static Task<FileRow?> FindFileAsync(this DbConnection connection, string tenant, Guid id) =>
        connection.QuerySingleOrDefaultAsync<FileRow>(
            $"select {Columns} from files f where f.id = @id and f.tenant_id = @tenant",
            new { id, tenant }
        );

    public static Task<FileRow?> FindFileAsync(this DbConnection connection, Guid workspace, string path) =>
        connection.QuerySingleOrDefaultAsync<FileRow>(
            $"select {Columns} from files f where f.workspace_id = @workspace and f.path = @path",
            new { workspace, path }
        );

    /// <summary>What an import compares with, for many paths in one round trip.</summary>
    public static async Task<Dictionary<string, FileRow>> FindFilesAsync(
        this DbConnection connection,
        ISqlDialect dialect,
        Guid workspace,
        IReadOnlyCollection<string> paths
    )
    {
        var rows = await connection.QueryAsync<FileRow>(
            $"""
            select f.path, f.size, f.content_hash, f.source_mtime
            from files f where f.workspace_id = @workspace and {dialect.In("f.path", "paths")}
            """,
            new { workspace, paths = dialect.ListParameter(paths) }
        );
        return rows.ToDictionary(static row => row.Path);
    }

    public static Task<IEnumerable<FileStorageRow>> FindStoragesAsync(
        this DbConnection connection,
        ISqlDialect dialect,
        IReadOnlyCollection<Guid> fileIds
    ) =>
        connection.QueryAsync<FileStorageRow>(
            $"""
            select s.file_id, s.storage_resource_id, s.role, s.content_hash, s.synced_at, r.locator
            from file_storages s join storage_resources r on r.id = s.storage_resource_id
            where {dialect.In("s.file_id", "fileIds")}
            order by s.file_id, s.role, s.storage_resource_id
            """,
            new { fileIds = dialect.ListParameter(fileIds) }
        );

    /// <summary>Files of a workspace whose content a storage does not hold yet, by id.</summary>
    public static async Task<List<FileRow>> FindUnsyncedAsync(
        this DbConnection connection,
        Guid workspace,
        Guid storage,
        Guid? after,
        int limit
    ) =>
        (
            await connection.QueryAsync<FileRow>(
                $"""
                select {Columns} from files f
                left join file_storages s on s.file_id = f.id and s.storage_resource_id = @storage
                where f.workspace_id = @workspace and f.id > @after
                    and (s.file_id is null or s.content_hash <> f.content_hash)
                order by f.id limit @limit
                """,
                new
                {
                    workspace,
                    storage,
                    after = after ?? Guid.Empty,
                    limit,
                }
            )
        ).AsList();

    /// <summary>
    /// The beginnings of texts by content hash, 64 K characters at most, which bounds the cost of a snippet. They are read
    /// into one rented buffer: each is good until the next is asked for.
    /// </summary>
    public static async IAsyncEnumerable<(string Hash, ReadOnlyMemory<char> Text)> ReadTextsAsync(
        this DbConnection connection,
        ISqlDialect dialect,
        string tenant,
        IReadOnlyCollection<string> hashes,
        [EnumeratorCancellation] CancellationToken ct
    )
    {
        const int MaxChars = 65_536;
        var command = new CommandDefinition(
            $"""
            select t.hash, substr(t.text, 1, {MaxChars}) from content_texts t
            where t.tenant_id = @tenant and {dialect.In("t.hash", "hashes")}
            """,
            new { tenant, hashes = dialect.ListParameter(hashes) },
            cancellationToken: ct
        );
        await using var rows = await connection.ExecuteReaderAsync(command, CommandBehavior.SequentialAccess);
        using var buffer = MemoryPool<char>.Shared.Rent(MaxChars);
        var chars = buffer.Memory[..MaxChars];
        while (await rows.ReadAsync(ct))
        {
            var hash = rows.GetString(0);
            using var text = await rows.GetFieldValueAsync<TextReader>(1, ct);
            var length = await text.ReadBlockAsync(chars, ct);
            var half = length > 0 && char.IsHighSurrogate(chars.Span[length - 1]) ? 1 : 0; // Its other half was cut off.
            yield return (hash, chars[..(length - half)]);
        }
    }

    /// <summary>Notes that a storage holds a file's content, unless the file changed or went meanwhile.</summary>
    public static Task<int> MarkSyncedAsync(
        this WriteScope scope,
        Guid storage,
        string role,
        IEnumerable<FileRow> files,
        long now
    ) =>
        scope.Connection.ExecuteAsync(
            """
            insert into file_storages (file_id, storage_resource_id, role, content_hash, synced_at)
            select id, @storage, @role, content_hash, @now from files where id = @Id and content_hash = @ContentHash
            on conflict (file_id, storage_resource_id)
            do update set content_hash = excluded.content_hash, synced_at = excluded.synced_at, role = excluded.role
            """,
            files.Select(file => new
            {
                storage,
                role,
                now,
                file.Id,
                file.ContentHash,
            }),
            scope.Transaction
        );
}
