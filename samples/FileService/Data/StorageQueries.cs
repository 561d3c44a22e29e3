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

    /// <summary>The storage uploads go to; its id is the same everywhere, so that two first instances agree on one.</summary>
    public static readonly Guid PrimaryId = new("00000000-0000-7000-8000-000000000001");

    /// <summary>Makes <paramref name="locator"/> the primary storage unless there is one, and gives the one there is.</summary>
    public static async Task<StorageRow> EnsurePrimaryAsync(this DbConnection connection, string locator, long now)
    {
        var row = new StorageRow
        {
            Id = PrimaryId,
            Kind = "primary",
            Locator = locator,
        };
        await connection.InsertStorageAsync(row, now);
        return await connection.QuerySingleAsync<StorageRow>(
            "select id, tenant_id, kind, locator from storage_resources where id = @PrimaryId",
            new { PrimaryId }
        );
    }

    public static Task InsertStorageAsync(this DbConnection connection, StorageRow row, long now) =>
        connection.ExecuteAsync(
            """
            insert into storage_resources (id, tenant_id, kind, locator, created_at)
            values (@Id, @TenantId, @Kind, @Locator, @now)
            on conflict (id) do nothing
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
