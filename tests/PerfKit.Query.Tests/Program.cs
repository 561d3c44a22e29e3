using Npgsql;

namespace PerfKit.Query.Tests;

/// <summary>A process that takes a migration lock, says "held" and keeps it until it is killed.</summary>
internal static class Program
{
    private static async Task Main(string[] args)
    {
        var (engine, database) = (args[0], args[1]);
        await using var dataSource = engine == "postgresql" ? NpgsqlDataSource.Create(database) : null;
        IMigrationLock migrations = dataSource is null
            ? new SqliteMigrationLock(database)
            : new PostgreSqlMigrationLock(dataSource);
        await using var held = await migrations.AcquireAsync(TimeSpan.Zero, CancellationToken.None);
        Console.WriteLine("held");
        await Console.In.ReadToEndAsync(); // Its parent never writes, so only the kill ends it.
    }
}
