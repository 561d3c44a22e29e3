using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using PerfKit.TestKit;

namespace PerfKit.Query.Tests.Dialects;

/// <summary>The one-parameter list finds what was stored, for every type, on both engines.</summary>
public sealed class SqlDialectTests
{
    private static readonly DateTimeOffset Time = new(2026, 11, 22, 10, 11, 12, 345, 678, TimeSpan.Zero);

    [Fact]
    public async Task A_list_finds_values_of_every_type_on_SQLite()
    {
        await using var connection = new SqliteConnection("Data Source=:memory:");
        await connection.OpenAsync();

        await CheckAllAsync(connection, new SqliteDialect(), time: "text", id: "text", flag: "integer");
    }

    [SkippableFact]
    public async Task A_list_finds_values_of_every_type_on_PostgreSQL()
    {
        var server = await PostgreSqlServer.SharedAsync();
        await using var connection = new NpgsqlConnection(await server.CreateDatabaseAsync());
        await connection.OpenAsync();

        await CheckAllAsync(connection, new PostgreSqlDialect(), time: "timestamptz", id: "uuid", flag: "boolean");
    }

    [Fact]
    public async Task A_list_on_SQLite_seeks_in_the_index()
    {
        await using var connection = new SqliteConnection("Data Source=:memory:");
        await connection.OpenAsync();
        await using var create = new SqliteCommand("create table t (id text not null primary key)", connection);
        await create.ExecuteNonQueryAsync();
        var dialect = new SqliteDialect();
        await using var explain = new SqliteCommand(
            $"explain query plan select * from t where {dialect.In("id", "ids")}",
            connection
        );
        explain.Parameters.AddWithValue("ids", dialect.ListParameter([Guid.Empty]));

        await using var reader = await explain.ExecuteReaderAsync();
        (await reader.ReadAsync()).Should().BeTrue();

        reader.GetString(3).Should().StartWith("SEARCH t USING COVERING INDEX").And.EndWith("(id=?)");
    }

    [Fact]
    public void ListParameter_of_an_unknown_type_on_SQLite_names_it()
    {
        var list = () => new SqliteDialect().ListParameter([new Version(1, 0)]);

        list.Should().Throw<NotSupportedException>().WithMessage("*not of System.Version*");
    }

    [Fact]
    public void ListParameter_after_a_refused_list_on_SQLite_begins_anew()
    {
        var dialect = new SqliteDialect();
        var refused = () => dialect.ListParameter<object>([1L, new Version(1, 0)]);
        refused.Should().Throw<NotSupportedException>();

        dialect.ListParameter<long>([7, 8]).Should().Be("[7,8]");
    }

    [Fact]
    public void ListParameter_of_a_collection_that_makes_one_itself_on_SQLite_is_right()
    {
        var dialect = new SqliteDialect();
        dialect.ListParameter<long>([1]);

        dialect.ListParameter(new Nesting(dialect)).Should().Be("""["[7]","[8]"]""");
    }

    private sealed class Nesting(SqliteDialect dialect) : IReadOnlyCollection<string>
    {
        public int Count => 2;

        public IEnumerator<string> GetEnumerator()
        {
            yield return (string)dialect.ListParameter<long>([7]);
            yield return (string)dialect.ListParameter<long>([8]);
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }

    [Fact]
    public void ListParameter_after_a_very_long_list_on_SQLite_is_right()
    {
        var dialect = new SqliteDialect();
        dialect.ListParameter<string>([new string('x', 1_000_000)]).Should().BeOfType<string>();

        dialect.ListParameter<long>([7]).Should().Be("[7]");
    }

    [Theory]
    [InlineData("ids")]
    [InlineData("@ids")]
    public void In_takes_the_parameter_with_or_without_its_sign(string name)
    {
        new PostgreSqlDialect().In("f.id", name).Should().Be("f.id = any(@ids)");
        new SqliteDialect().In("f.id", name).Should().Be("f.id in (select value from json_each(@ids))");
    }

    private static async Task CheckAllAsync(
        DbConnection connection,
        ISqlDialect dialect,
        string time,
        string id,
        string flag
    )
    {
        await CheckAsync(connection, dialect, "text", ["", "a'\"\\b", "ä😀\n", "[1]", "null"], "A'\"\\b");
        await CheckAsync(connection, dialect, "bigint", [long.MinValue, 0L, long.MaxValue], 1L);
        await CheckAsync(connection, dialect, "integer", [int.MinValue, 7], 8);
        await CheckAsync(connection, dialect, "double precision", [0.1, -1e300, double.Epsilon], 0.2);
        await CheckAsync(
            connection,
            dialect,
            id,
            [Guid.Empty, Guid.Parse("abcdefab-cdef-abcd-efab-cdefabcdefab")],
            Guid.AllBitsSet
        );
        await CheckAsync(
            connection,
            dialect,
            time,
            [Time, Time.AddTicks(10), DateTimeOffset.UnixEpoch],
            Time.AddTicks(20)
        );
        await CheckAsync(connection, dialect, flag, [true], false);
    }

    private static async Task CheckAsync<T>(
        DbConnection connection,
        ISqlDialect dialect,
        string columnType,
        T[] asked,
        T other
    )
        where T : notnull
    {
        await ExecuteAsync(connection, $"drop table if exists t; create table t (v {columnType} not null)", null);
        foreach (var value in asked.Append(other))
        {
            await ExecuteAsync(connection, "insert into t values (@v)", ("v", value));
        }

        (await CountAsync(asked)).Should().Be(asked.Length, $"{dialect.Name} has that many of {typeof(T)}");
        (await CountAsync([])).Should().Be(0);
        (await CountAsync(new HashSet<T>([other]))).Should().Be(1);

        async Task<long> CountAsync(IReadOnlyCollection<T> values) =>
            (long)
                (
                    await ExecuteAsync(
                        connection,
                        $"select count(*) from t where {dialect.In("v", "list")}",
                        ("list", dialect.ListParameter(values))
                    )
                )!;
    }

    private static async Task<object?> ExecuteAsync(
        DbConnection connection,
        string sql,
        (string Name, object Value)? value
    )
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        if (value is { } given)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = given;
            command.Parameters.Add(parameter);
        }

        return await command.ExecuteScalarAsync();
    }
}
