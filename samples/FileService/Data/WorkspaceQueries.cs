using System.Data.Common;
using Dapper;

namespace FileService.Data;

/// <summary>SQL over <c>workspaces</c>.</summary>
internal static class WorkspaceQueries
{
    public static async Task<bool> InsertWorkspaceAsync(this DbConnection connection, WorkspaceRow row, long now) =>
        await connection.ExecuteAsync(
            """
            insert into workspaces (id, tenant_id, name, created_at) values (@Id, @TenantId, @Name, @now)
            on conflict (tenant_id, name) do nothing
            """,
            new
            {
                row.Id,
                row.TenantId,
                row.Name,
                now,
            }
        ) == 1;

    public static Task<WorkspaceRow?> FindWorkspaceAsync(this DbConnection connection, string tenant, Guid id) =>
        connection.QuerySingleOrDefaultAsync<WorkspaceRow>(
            "select id, tenant_id, name from workspaces where id = @id and tenant_id = @tenant",
            new { id, tenant }
        );

    public static Task<WorkspaceRow?> FindWorkspaceAsync(this DbConnection connection, string tenant, string name) =>
        connection.QuerySingleOrDefaultAsync<WorkspaceRow>(
            "select id, tenant_id, name from workspaces where tenant_id = @tenant and name = @name",
            new { tenant, name }
        );

    public static Task<bool> AnyWorkspaceAsync(this DbConnection connection) =>
        connection.ExecuteScalarAsync<bool>("select exists (select 1 from workspaces)");
}
