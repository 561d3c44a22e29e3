using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;
using PerfKit.TestKit;

namespace PerfKit.Query.Tests;

/// <summary>The two engines by name, for tests that mean both.</summary>
internal static class Engines
{
    public static TheoryData<string> Both => ["sqlite", "postgresql"];

    public static ISqlDialect Dialect(string engine) =>
        engine == "sqlite" ? new SqliteDialect() : new PostgreSqlDialect();

    /// <summary>An open connection to a database of its own that has the schema.</summary>
    public static async Task<DbConnection> OpenAsync(string engine, string schema)
    {
        DbConnection connection =
            engine == "sqlite"
                ? new SqliteConnection("Data Source=:memory:")
                : new NpgsqlConnection(await (await PostgreSqlServer.SharedAsync()).CreateDatabaseAsync());
        await connection.OpenAsync();
        await connection.ExecuteAsync(schema);
        return connection;
    }
}
