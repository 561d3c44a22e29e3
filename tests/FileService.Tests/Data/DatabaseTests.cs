using Dapper;
using FileService.Data;
using FileService.Tests.Fixture;
using PerfKit.TestKit;

namespace FileService.Tests.Data;

public sealed class DatabaseTests
{
    [SkippableTheory]
    [InlineData(Fixture.Engine.Sqlite)]
    [InlineData(Fixture.Engine.PostgreSql)]
    public async Task ReadAsync_ends_the_query_of_a_caller_who_leaves(Fixture.Engine engine)
    {
        using var folder = new TempFolder();
        var postgres = await ServiceFixture.DatabaseAsync(engine);
        await using var database = postgres is null
            ? Database.OpenSqlite(folder.File("files.db"))
            : Database.OpenPostgreSql(postgres);
        using var caller = new CancellationTokenSource();
        const string Sql =
            "with recursive n(i) as (select 1 union all select i + 1 from n where i < 200000000) select count(*) from n";

        var read = database.ReadAsync(
            c => c.ExecuteScalarAsync<long>(new CommandDefinition(Sql, cancellationToken: caller.Token)),
            caller.Token
        );
        read.IsCompleted.Should().BeFalse("the caller is not held");
        caller.CancelAfter(TimeSpan.FromMilliseconds(50));

        await ((Func<Task>)(() => read.WaitAsync(TimeSpan.FromSeconds(60))))
            .Should()
            .ThrowAsync<OperationCanceledException>();
    }
}
