using Dapper;
using Npgsql;

namespace PerfKit.Query.Tests.Batch;

public sealed class KeyLoadTests
{
    private const string Schema = """
        create table files (id bigint not null primary key, folder bigint not null, name text, size bigint not null);
        insert into files values (1, 1, 'a', 5), (2, 1, 'b', 4), (3, 2, 'a', 3), (4, 2, null, 2), (5, 1, '''; "\', 1)
        """;

    private const string Sql = "select id, folder, name, size from files where {keys}";

    private static readonly KeyColumns<(long Folder, string? Name)> ByName = new KeyColumns<(long, string?)>()
        .Add("folder", static key => key.Item1)
        .Add("name", static key => key.Item2);

    private static readonly KeyColumns<long> ByFolder = new KeyColumns<long>().Add("folder", static key => key);

    [SkippableTheory]
    [MemberData(nameof(Engines.Both), MemberType = typeof(Engines))]
    public async Task LoadByKeysAsync_of_two_columns_finds_the_pairs_alone(string engine)
    {
        await using var connection = await Engines.OpenAsync(engine, Schema);

        var rows = await connection.LoadByKeysAsync<(long, string?), FileRow>(
            Engines.Dialect(engine),
            Sql + " and size > @above;",
            ByName,
            [(1, "a"), (2, "a"), (2, "b"), (1, "a"), (2, null), (1, """'; "\""")],
            new { above = 0L }
        );

        rows.ToDictionary(static r => r.Key, static r => r.Value.Id)
            .Should()
            .Equal(
                new Dictionary<(long, string?), long>
                {
                    [(1, "a")] = 1,
                    [(2, "a")] = 3,
                    [(1, """'; "\""")] = 5,
                }
            );
    }

    [SkippableTheory]
    [MemberData(nameof(Engines.Both), MemberType = typeof(Engines))]
    public async Task LoadManyByKeysAsync_gives_the_first_of_each_key(string engine)
    {
        await using var connection = await Engines.OpenAsync(engine, Schema);

        var rows = await connection.LoadManyByKeysAsync<long, FileRow>(
            Engines.Dialect(engine),
            Sql + " order by size",
            ByFolder,
            [2, 9, 1],
            top: 2
        );

        rows.Should().HaveCount(3);
        rows[1].Select(static r => r.Id).Should().Equal(5, 2);
        rows[2].Select(static r => r.Id).Should().Equal(4, 3);
        rows[9].Should().BeEmpty();
    }

    [SkippableTheory]
    [MemberData(nameof(Engines.Both), MemberType = typeof(Engines))]
    public async Task A_load_is_one_run_for_the_recorder_and_a_loop_of_loads_is_many(string engine)
    {
        SqliteDiagnostics.Enable();
        await using var connection = await Engines.OpenAsync(engine, Schema);
        var once = () => LoadAsync([1, 2, 3, 4, 5]);
        var loop = async () =>
        {
            await LoadAsync([1, 2]);
            await LoadAsync([3, 4]);
        };

        await QueryBudget.AtMost(1).RunAsync(once);
        var fail = () => QueryBudget.AtMost(1).RunAsync(loop);

        await fail.Should().ThrowAsync<QueryBudgetException>();

        Task LoadAsync(long[] folders) =>
            connection.LoadManyByKeysAsync<long, FileRow>(Engines.Dialect(engine), Sql, ByFolder, folders);
    }

    [SkippableTheory]
    [MemberData(nameof(Engines.Both), MemberType = typeof(Engines))]
    public async Task LoadManyByKeysAsync_without_top_gives_all(string engine)
    {
        await using var connection = await Engines.OpenAsync(engine, Schema);

        var rows = await connection.LoadManyByKeysAsync<long, FileRow>(
            Engines.Dialect(engine),
            Sql + " order by id desc",
            ByFolder,
            [1]
        );

        rows[1].Select(static r => r.Id).Should().Equal(5, 2, 1);
    }

    [SkippableTheory]
    [InlineData("sqlite", "name text not null unique collate nocase", null)]
    [InlineData("postgresql", "name citext not null unique", "citext")]
    [InlineData("postgresql", "name text collate ignoring_case not null unique", null)]
    public async Task Keys_that_the_database_holds_for_equal_get_the_same_row(
        string engine,
        string column,
        string? type
    )
    {
        await using var connection = await Engines.OpenAsync(engine, "select 1");
        if (engine == "postgresql")
        {
            await connection.ExecuteAsync(
                """
                create extension citext;
                create collation ignoring_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false)
                """
            );
            await ((NpgsqlConnection)connection).ReloadTypesAsync();
        }

        await connection.ExecuteAsync($"create table names (id bigint not null, {column})");
        await connection.ExecuteAsync("insert into names values (1, 'readme'), (2, 'Other')");
        var byName = new KeyColumns<string>().Add("name", static key => key, type);

        var rows = await connection.LoadByKeysAsync<string, NameRow>(
            Engines.Dialect(engine),
            "select id, name from names where {keys}",
            byName,
            ["README", "readme", "other", "none"]
        );

        rows.ToDictionary(static r => r.Key, static r => r.Value.Id)
            .Should()
            .Equal(
                new Dictionary<string, long>
                {
                    ["README"] = 1,
                    ["readme"] = 1,
                    ["other"] = 2,
                }
            );
    }

    [SkippableTheory]
    [InlineData("sqlite", "name text not null unique collate nocase")]
    [InlineData("postgresql", "name text collate ignoring_case not null unique")]
    public async Task LoadByAsync_of_texts_answers_each_way_to_write_one(string engine, string column)
    {
        await using var connection = await Engines.OpenAsync(engine, "select 1");
        if (engine == "postgresql")
        {
            await connection.ExecuteAsync(
                "create collation ignoring_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false)"
            );
        }

        await connection.ExecuteAsync($"create table names (id bigint not null, {column})");
        await connection.ExecuteAsync("insert into names values (1, 'readme')");

        var rows = await connection.LoadByAsync<string, NameRow>(
            Engines.Dialect(engine),
            "select id, name from names where {keys}",
            "name",
            ["README", "readme"],
            static row => row.Name
        );

        rows.Keys.Should().BeEquivalentTo("README", "readme");
    }

    [SkippableTheory]
    [MemberData(nameof(Engines.Both), MemberType = typeof(Engines))]
    public async Task Loads_read_in_the_given_transaction(string engine)
    {
        await using var connection = await Engines.OpenAsync(engine, Schema);
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("delete from files where id = 1", transaction: transaction);
        var dialect = Engines.Dialect(engine);

        var pairs = await connection.LoadByKeysAsync<(long, string?), FileRow>(
            dialect,
            Sql,
            ByName,
            [(1, "a"), (1, "b")],
            transaction: transaction
        );
        var ids = await connection.LoadByAsync<long, FileRow>(
            dialect,
            Sql,
            "id",
            [1, 2],
            static row => row.Id,
            transaction: transaction
        );

        pairs.Keys.Should().Equal((1, "b"));
        ids.Keys.Should().Equal(2);
    }

    [SkippableTheory]
    [MemberData(nameof(Engines.Both), MemberType = typeof(Engines))]
    public async Task A_hundred_thousand_keys_are_one_load(string engine)
    {
        await using var connection = await Engines.OpenAsync(engine, Schema);

        var rows = await connection.LoadByAsync<long, FileRow>(
            Engines.Dialect(engine),
            Sql,
            "id",
            [.. Enumerable.Range(1, 100_000).Select(static i => (long)i)],
            static row => row.Id
        );

        rows.Keys.Should().BeEquivalentTo([1L, 2, 3, 4, 5]);
    }

    [SkippableTheory]
    [MemberData(nameof(Engines.Both), MemberType = typeof(Engines))]
    public async Task LoadByKeysAsync_of_two_rows_with_one_key_says_what_to_call(string engine)
    {
        await using var connection = await Engines.OpenAsync(engine, Schema);

        var load = () => connection.LoadByKeysAsync<long, FileRow>(Engines.Dialect(engine), Sql, ByFolder, [1]);

        await load.Should().ThrowAsync<InvalidOperationException>().WithMessage("*key '1'*LoadManyByKeysAsync*");
    }

    [SkippableTheory]
    [MemberData(nameof(Engines.Both), MemberType = typeof(Engines))]
    public async Task No_keys_no_columns_and_no_top_are_told_apart(string engine)
    {
        await using var connection = await Engines.OpenAsync(engine, Schema);
        var dialect = Engines.Dialect(engine);

        (await connection.LoadManyByKeysAsync<long, FileRow>(dialect, Sql, ByFolder, [], 1)).Should().BeEmpty();
        var nothing = () => connection.LoadByKeysAsync<long, FileRow>(dialect, Sql, new KeyColumns<long>(), [1]);
        var none = () => connection.LoadManyByKeysAsync<long, FileRow>(dialect, Sql, ByFolder, [1], top: 0);
        var missing = () => connection.LoadManyByKeysAsync<long, FileRow>(dialect, Sql, ByFolder, null!);

        await nothing.Should().ThrowAsync<InvalidOperationException>().WithMessage("*no column: call Add*");
        await none.Should().ThrowAsync<ArgumentOutOfRangeException>().WithParameterName("top");
        await missing.Should().ThrowAsync<ArgumentNullException>().WithParameterName("keys");
    }

    private sealed record FileRow(long Id, long Folder, string? Name, long Size);

    private sealed record NameRow(long Id, string Name);
}
