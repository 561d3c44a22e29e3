using System.Data.Common;
using System.Text.Json;
using Dapper;

namespace PerfKit.Benchmarks.Claims.Query.Pages;

/// <summary>Pages of shared memory that a statement touched, hit or read, as PostgreSQL counts them.</summary>
internal static class ExplainedBuffers
{
    public static async Task<long> OfAsync(DbConnection connection, string sql, DynamicParameters parameters)
    {
        var json = await connection.QuerySingleAsync<string>(
            $"explain (analyze, buffers, format json) {sql}",
            parameters
        );
        using var document = JsonDocument.Parse(json);
        var plan = document.RootElement[0].GetProperty("Plan");
        return plan.GetProperty("Shared Hit Blocks").GetInt64() + plan.GetProperty("Shared Read Blocks").GetInt64();
    }
}
