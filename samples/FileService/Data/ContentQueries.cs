using System.Data.Common;
using Dapper;
using PerfKit.Query;

namespace FileService.Data;

/// <summary>SQL over <c>contents</c>: the rows whose locks order writers and the collector.</summary>
internal static class ContentQueries
{
    /// <summary>Refers to a content before its blob is trusted; holds the row's lock until the transaction ends.</summary>
    public static Task ReferContentAsync(this WriteScope scope, string tenant, string hash, long size, long now) =>
        scope.Connection.ExecuteAsync(
            """
            insert into contents (tenant_id, hash, size, created_at) values (@tenant, @hash, @size, @now)
            on conflict (tenant_id, hash) do update set size = excluded.size
            """,
            new
            {
                tenant,
                hash,
                size,
                now,
            },
            scope.Transaction
        );

    public static Task PutTextAsync(this WriteScope scope, string tenant, string hash, string text) =>
        scope.Connection.ExecuteAsync(
            """
            insert into content_texts (tenant_id, hash, text) values (@tenant, @hash, @text)
            on conflict (tenant_id, hash) do nothing
            """,
            new
            {
                tenant,
                hash,
                text,
            },
            scope.Transaction
        );

    /// <summary>
    /// Takes the row of an unknown blob, so that no upload of the same content is under way; false when there is one.
    /// </summary>
    public static async Task<bool> ClaimOrphanAsync(this WriteScope scope, string tenant, string hash) =>
        await scope.Connection.ExecuteAsync(
            """
            insert into contents (tenant_id, hash, size, created_at) values (@tenant, @hash, 0, 0)
            on conflict (tenant_id, hash) do nothing
            """,
            new { tenant, hash },
            scope.Transaction
        ) == 1;

    public static async Task<HashSet<string>> KnownContentsAsync(
        this DbConnection connection,
        ISqlDialect dialect,
        string tenant,
        IReadOnlyCollection<string> hashes
    ) =>
        (
            await connection.QueryAsync<string>(
                $"select hash from contents where tenant_id = @tenant and {dialect.In("hash", "hashes")}",
                new { tenant, hashes = dialect.ListParameter(hashes) }
            )
        ).ToHashSet();

    public static Task DropContentAsync(this WriteScope scope, string tenant, string hash) =>
        scope.Connection.ExecuteAsync(
            "delete from contents where tenant_id = @tenant and hash = @hash",
            new { tenant, hash },
            scope.Transaction
        );

    /// <summary>Locks up to <paramref name="limit"/> contents that no file refers to, skipping those a writer holds.</summary>
    public static async Task<List<string>> LockUnreferencedAsync(
        this WriteScope scope,
        Engine engine,
        string tenant,
        int limit
    )
    {
        var locking = engine == Engine.PostgreSql ? "for update skip locked" : "";
        var candidates = (
            await scope.Connection.QueryAsync<string>(
                $"""
                select c.hash from contents c
                where c.tenant_id = @tenant and not exists (
                    select 1 from files f where f.tenant_id = c.tenant_id and f.content_hash = c.hash)
                order by c.hash limit @limit {locking}
                """,
                new { tenant, limit },
                scope.Transaction
            )
        ).AsList();
        return candidates;
    }

    /// <summary>Those of <paramref name="hashes"/> that a file refers to, as seen by a new snapshot.</summary>
    public static async Task<HashSet<string>> ReferencedAsync(
        this WriteScope scope,
        ISqlDialect dialect,
        string tenant,
        IReadOnlyCollection<string> hashes
    ) =>
        (
            await scope.Connection.QueryAsync<string>(
                $"""
                select f.content_hash from files f
                where f.tenant_id = @tenant and {dialect.In("f.content_hash", "hashes")}
                """,
                new { tenant, hashes = dialect.ListParameter(hashes) },
                scope.Transaction
            )
        ).ToHashSet();
}
