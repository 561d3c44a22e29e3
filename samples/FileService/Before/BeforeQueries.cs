using System.Data.Common;
using Dapper;
using FileService.Data;
using PerfKit.Query;

namespace FileService.Before;

/// <summary>
/// SQL as it is written before anyone measures. The schema has the indexes already, so every condition here is worded such
/// that no index can serve it, which is what a table without them does: unary plus, SQLite's documented operator for that,
/// and an expression over the column (<c>|| ''</c>) on PostgreSQL.
/// </summary>
internal static class BeforeQueries
{
    /// <summary>Reads every row of <c>files</c> to find one.</summary>
    public static Task<FileRow?> ScanFileAsync(
        this Database database,
        DbConnection connection,
        string tenant,
        Guid id
    ) =>
        connection.QuerySingleOrDefaultAsync<FileRow>(
            $"""
            select {FileQueries.Columns} from files f
            where {database.ScanFor("f.id", "id")} and {database.ScanFor("f.tenant_id", "tenant")}
            """,
            new { id, tenant }
        );

    /// <summary>Reads every row of <c>files</c> to find one by its path.</summary>
    public static Task<FileRow?> ScanFileAsync(
        this Database database,
        DbConnection connection,
        Guid workspace,
        string path
    ) =>
        connection.QuerySingleOrDefaultAsync<FileRow>(
            $"""
            select {FileQueries.Columns} from files f
            where {database.ScanFor("f.path", "path")} and {database.ScanFor("f.workspace_id", "workspace")}
            """,
            new { path, workspace }
        );

    /// <summary>Reads every row of <c>file_storages</c>; the storages themselves are asked for one by one.</summary>
    public static async Task<List<FileStorageRow>> ScanStoragesAsync(
        this Database database,
        DbConnection connection,
        Guid fileId
    ) =>
        (
            await connection.QueryAsync<FileStorageRow>(
                $"""
                select s.file_id, s.storage_resource_id, s.role, s.content_hash, s.synced_at from file_storages s
                where {database.ScanFor("s.file_id", "fileId")} order by s.role, s.storage_resource_id
                """,
                new { fileId }
            )
        ).AsList();

    public static Task<StorageRow> ScanStorageAsync(this Database database, DbConnection connection, Guid id) =>
        connection.QuerySingleAsync<StorageRow>(
            $"select id, tenant_id, kind, locator from storage_resources r where {database.ScanFor("r.id", "id")}",
            new { id }
        );

    /// <summary>A page by OFFSET: the rows in front of it are read, sorted and thrown away.</summary>
    public static async Task<List<FileRow>> ScanFilesAsync(
        this Database database,
        DbConnection connection,
        Guid workspace,
        int offset,
        int limit
    ) =>
        (
            await connection.QueryAsync<FileRow>(
                $"""
                select {FileQueries.Columns} from files f where {database.ScanFor("f.workspace_id", "workspace")}
                order by f.path limit @limit offset @offset
                """,
                new
                {
                    workspace,
                    offset,
                    limit,
                }
            )
        ).AsList();

    /// <summary>
    /// Files whose path or text holds every word somewhere, found by reading all paths and texts; a superset of the matches.
    /// Only the characters' order is asked for, so the caller filters by the words' borders.
    /// </summary>
    public static IAsyncEnumerable<Candidate> ScanTextsAsync(
        this Database database,
        DbConnection connection,
        Guid workspace,
        SearchQuery query
    )
    {
        var parameters = new DynamicParameters(new { workspace });
        var conditions = new List<string>();
        foreach (var word in query.Words)
        {
            var name = $"word{conditions.Count}";
            parameters.Add(name, LikePattern.Containing(word));
            conditions.Add($"and ({database.Like("f.path", name)} or {database.Like("t.text", name)})");
        }

        return connection.QueryUnbufferedAsync<Candidate>(
            $"""
            select f.id, f.path, f.content_hash, t.text from files f
            left join content_texts t on t.tenant_id = f.tenant_id and t.hash = f.content_hash
            where {database.ScanFor("f.workspace_id", "workspace")} {string.Join(' ', conditions)}
            """,
            parameters
        );
    }

    public static Task<string?> ReadTextAsync(this DbConnection connection, string tenant, string hash) =>
        connection.QuerySingleOrDefaultAsync<string>(
            "select t.text from content_texts t where t.tenant_id = @tenant and t.hash = @hash",
            new { tenant, hash }
        );

    private static string ScanFor(this Database database, string column, string parameter) =>
        database.Engine == Engine.Sqlite ? $"+{column} = @{parameter}" : $"{column} || '' = cast(@{parameter} as text)";

    /// <summary>Both fold ASCII letters alone: SQLite's LIKE always, ILIKE under the C collation.</summary>
    private static string Like(this Database database, string column, string parameter) =>
        database.Engine == Engine.Sqlite
            ? $@"{column} like @{parameter} escape '\'"
            : $@"{column} collate ""C"" ilike @{parameter} escape '\'";
}

/// <summary>A file that may match, with its whole text.</summary>
internal sealed class Candidate
{
    public Guid Id { get; init; }
    public string Path { get; init; } = "";
    public string ContentHash { get; init; } = "";
    public string? Text { get; init; }
}
