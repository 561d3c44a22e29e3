using System.Data;
using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;

namespace PerfKit.Query.Tests;

public sealed class RegistrationTests
{
    [Fact]
    public async Task AddPerfKitQuery_with_an_engine_gives_cursors_dialect_and_lock()
    {
        await using var sqlite = Services()
            .AddPerfKitQuery(WithKey)
            .UseSqlite("data.db")
            .Services.BuildServiceProvider();
        await using var dataSource = NpgsqlDataSource.Create("Host=127.0.0.1");
        await using var given = Services()
            .AddPerfKitQuery(WithKey)
            .UsePostgreSql(dataSource)
            .Services.BuildServiceProvider();
        await using var registered = Services()
            .AddSingleton(dataSource)
            .AddPerfKitQuery(WithKey)
            .UsePostgreSql()
            .Services.BuildServiceProvider();

        sqlite.GetRequiredService<IKeysetCursors>().Should().BeOfType<KeysetCursors>();
        sqlite.GetRequiredService<ISqlDialect>().Name.Should().Be("sqlite");
        sqlite.GetRequiredService<IMigrationLock>().Should().BeOfType<SqliteMigrationLock>();
        given.GetRequiredService<ISqlDialect>().Name.Should().Be("postgresql");
        given.GetRequiredService<IMigrationLock>().Should().BeOfType<PostgreSqlMigrationLock>();
        registered.GetRequiredService<IMigrationLock>().Should().BeOfType<PostgreSqlMigrationLock>();
    }

    [Theory]
    [InlineData("", "@k0")]
    [InlineData(";Max Auto Prepare=20", "(select @k0)")]
    public async Task UsePostgreSql_sees_whether_the_data_source_prepares(string setting, string value)
    {
        await using var dataSource = NpgsqlDataSource.Create("Host=127.0.0.1" + setting);
        await using var services = Services()
            .AddPerfKitQuery(WithKey)
            .UsePostgreSql(dataSource)
            .Services.BuildServiceProvider();

        services.GetRequiredService<ISqlDialect>().Opaque("@k0").Should().Be(value);
    }

    [Fact]
    public async Task AddPerfKitQuery_without_a_key_fails_at_start_with_a_sentence()
    {
        await using var services = Services().AddPerfKitQuery(static _ => { }).Services.BuildServiceProvider();

        var start = () => services.GetRequiredService<IStartupValidator>().Validate();

        start
            .Should()
            .Throw<OptionsValidationException>()
            .WithMessage("KeysetCursorOptions.Keys has 0 keys; it must have 1 to 16*");
    }

    [Fact]
    public async Task A_request_scope_has_one_connection_scope_and_may_end_synchronously()
    {
        await using var dataSource = SqliteFactory.Instance.CreateDataSource("Data Source=:memory:");
        await using var services = Services()
            .AddSingleton(dataSource)
            .AddPerfKitQuery(WithKey)
            .UseSqlite("data.db")
            .Services.BuildServiceProvider();
        DbConnection? connection = null;

        using (var request = services.CreateScope())
        {
            var scope = request.ServiceProvider.GetRequiredService<IConnectionScope>();
            scope.Should().BeSameAs(request.ServiceProvider.GetRequiredService<IConnectionScope>());
            await scope.RunAsync((opened, _) => Task.FromResult(connection = opened));
            connection!.State.Should().Be(ConnectionState.Open);
        }

        connection.State.Should().Be(ConnectionState.Closed);
    }

    private static ServiceCollection Services() => [];

    private static void WithKey(KeysetCursorOptions options) => options.Keys.Add(new byte[32]);
}
