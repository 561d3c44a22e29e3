using Dapper;
using FileService.Data;
using FileService.LivePage;

namespace FileService.Setup;

/// <summary>What the live page shows of the store: counts, and in development mode also names.</summary>
internal sealed class StoreSummaryReader(Database database, Tenants tenants) : IStoreSummary
{
    public async ValueTask<StoreSummary> GetAsync(CancellationToken ct)
    {
        await using var connection = await database.OpenAsync(ct);
        var (workspaces, files, logical, stored) = await connection.QuerySingleAsync<(long, long, long, long)>(
            """
            select (select count(*) from workspaces), count(*), cast(coalesce(sum(size), 0) as bigint),
                (select cast(coalesce(sum(size), 0) as bigint) from contents)
            from files
            """
        );
        var recent = tenants.IsDevelopment
            ? (
                await connection.QueryAsync<FileRow>(
                    "select id, path, size from files order by updated_at desc limit 8"
                )
            ).Select(static f => new RecentFile(f.Id, f.Path, f.Size))
            : [];
        var jobs = await connection.RecentJobsAsync(5);
        return new StoreSummary(
            workspaces,
            files,
            logical,
            stored,
            [.. recent],
            [.. jobs.Select(static j => new JobLine(j.Kind, j.State, j.Done, j.Total))]
        );
    }
}
