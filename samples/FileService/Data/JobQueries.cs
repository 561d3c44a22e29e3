using System.Data.Common;
using Dapper;

namespace FileService.Data;

/// <summary>SQL over <c>jobs</c>.</summary>
internal static class JobQueries
{
    private const string Columns = "id, tenant_id, kind, state, done, total, error, heartbeat_at, created_at";

    public static Task InsertJobAsync(this DbConnection connection, JobRow row, string owner) =>
        connection.ExecuteAsync(
            """
            insert into jobs (id, tenant_id, kind, state, done, total, owner, heartbeat_at, created_at)
            values (@Id, @TenantId, @Kind, @State, @Done, @Total, @owner, @HeartbeatAt, @CreatedAt)
            """,
            new
            {
                row.Id,
                row.TenantId,
                row.Kind,
                row.State,
                row.Done,
                row.Total,
                owner,
                row.HeartbeatAt,
                row.CreatedAt,
            }
        );

    public static Task<JobRow?> FindJobAsync(this DbConnection connection, string tenant, Guid id) =>
        connection.QuerySingleOrDefaultAsync<JobRow>(
            $"select {Columns} from jobs where id = @id and (tenant_id is null or tenant_id = @tenant)",
            new { id, tenant }
        );

    public static async Task<List<JobRow>> RecentJobsAsync(this DbConnection connection, int limit) =>
        (
            await connection.QueryAsync<JobRow>(
                $"select {Columns} from jobs order by created_at desc limit @limit",
                new { limit }
            )
        ).AsList();

    /// <summary>Writes a job's progress; an ended job is never changed again.</summary>
    public static Task UpdateJobAsync(this DbConnection connection, JobRow row) =>
        connection.ExecuteAsync(
            """
            update jobs set state = @State, done = @Done, total = @Total, error = @Error, heartbeat_at = @HeartbeatAt
            where id = @Id and state in ('queued', 'running')
            """,
            row
        );

    /// <summary>Ends the jobs whose host went away, and forgets old ones.</summary>
    public static async Task SweepJobsAsync(this DbConnection connection, long staleBefore, long forgetBefore)
    {
        await connection.ExecuteAsync(
            """
            update jobs set state = 'failed', error = 'The service that ran this job stopped before it ended.'
            where state in ('queued', 'running') and heartbeat_at < @staleBefore
            """,
            new { staleBefore }
        );
        await connection.ExecuteAsync("delete from jobs where created_at < @forgetBefore", new { forgetBefore });
    }
}
