using FileService.Tests.Fixture;
using Npgsql;
using PerfKit.TestKit;
using PerfKit.TestKit.Load;

namespace FileService.Tests.Data;

public sealed class WarmUpTests
{
    [SkippableTheory]
    [InlineData("", 4)]
    [InlineData(";Minimum Pool Size=9", 9)]
    [InlineData(";Maximum Pool Size=2", 2)]
    public async Task A_service_that_is_ready_has_its_smallest_pool_open(string setting, int open)
    {
        var postgres = (await ServiceFixture.DatabaseAsync(Fixture.Engine.PostgreSql))!;
        using var folder = new TempFolder();
        await using var service = await ServiceProcess.StartAsync(
            new ServiceStart(folder.Path) { PostgreSql = postgres + setting }
        );

        await using var source = NpgsqlDataSource.Create(postgres);
        await using var count = source.CreateCommand(
            """
            select count(*) from pg_stat_activity
            where datname = current_database() and application_name = 'perfkit-fileservice'
            """
        );

        (await count.ExecuteScalarAsync()).Should().Be((long)open);
    }
}
