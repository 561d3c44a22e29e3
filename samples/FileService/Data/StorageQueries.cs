using System.Data.Common;
using Dapper;

namespace FileService.Data;

/// <summary>SQL over <c>storage_resources</c>.</summary>
internal static class StorageQueries
{
    public static Task<StorageRow?> FindStorageAsync(this DbConnection connection, string tenant, Guid id) =>
        connection.QuerySingleOrDefaultAsync<StorageRow>(
            """
            select id, tenant_id, kind, locator from storage_resources
            where id = @id and (tenant_id is null or tenant_id = @tenant)
            """,
            new { id, tenant }
        );

    /// <summary>The storage uploads go to: the oldest of kind 'primary'.</summary>
    public static Task<StorageRow?> FindPrimaryAsync(this DbConnection connection) =>
        connection.QueryFirstOrDefaultAsync<StorageRow>(
            "select id, tenant_id, kind, locator from storage_resources where kind = 'primary' order by created_at, id"
        );

    public static Task InsertStorageAsync(this DbConnection connection, StorageRow row, long now) =>
        connection.ExecuteAsync(
            """
            insert into storage_resources (id, tenant_id, kind, locator, created_at)
            values (@Id, @TenantId, @Kind, @Locator, @now)
            """,
            new
            {
                row.Id,
                row.TenantId,
                row.Kind,
                row.Locator,
                now,
            }
        );
}
