using Dapper;
using PerfKit.Query.Tests.Plans.Shapes;

namespace PerfKit.Query.Tests.Plans;

public sealed class MustSeekTests
{
    private const string Page = "select id from files where ws = @ws and path > @path order by path limit 51";

    [SkippableTheory]
    [MemberData(nameof(Engines.Both), MemberType = typeof(Engines))]
    public async Task MustSeekAsync_tells_all_shapes_apart_on_empty_tables(string engine)
    {
        await using var connection = await Engines.OpenAsync(engine, PlanShape.Schema(engine));
        var wrong = new List<string?>();
        foreach (var shape in PlanShape.All)
        {
            wrong.Add(await shape.WrongAsync(connection, Engines.Dialect(engine)));
        }

        wrong.Where(static w => w is not null).Should().BeEmpty();
    }

    [SkippableTheory]
    [MemberData(nameof(Engines.Both), MemberType = typeof(Engines))]
    public async Task MustSeekAsync_says_what_is_not_bounded_and_shows_the_plan(string engine)
    {
        await using var connection = await Engines.OpenAsync(engine, PlanShape.Schema(engine));

        var seek = () =>
            connection.MustSeekAsync(
                Engines.Dialect(engine),
                "select id from files where ws = 1 and at + 1 < 5 order by at desc, path, id",
                "f_at"
            );

        await seek.Should()
            .ThrowAsync<PlanException>()
            .WithMessage("The condition on 'at' does not bound the index 'f_at'*select id from files*f_at*");
    }

    [SkippableTheory]
    [MemberData(nameof(Engines.Both), MemberType = typeof(Engines))]
    public async Task MustSeekAsync_of_an_unknown_index_says_so(string engine)
    {
        await using var connection = await Engines.OpenAsync(engine, PlanShape.Schema(engine));

        var seek = () => connection.MustSeekAsync(Engines.Dialect(engine), "select 1", "f_none");

        await seek.Should().ThrowAsync<PlanException>().WithMessage("There is no index 'f_none'.*");
    }

    [SkippableTheory]
    [MemberData(nameof(Engines.Both), MemberType = typeof(Engines))]
    public async Task MustSeekAsync_takes_parameters_and_leaves_the_connection_as_it_was(string engine)
    {
        await using var connection = await Engines.OpenAsync(engine, PlanShape.Schema(engine));
        var parameters = new Dictionary<string, object> { ["ws"] = 1, ["path"] = "a" };

        await connection.MustSeekAsync(Engines.Dialect(engine), Page, "f_path", parameters);

        if (engine == "postgresql")
        {
            (await connection.ExecuteScalarAsync<string>("show enable_seqscan")).Should().Be("on");
        }
    }

    [SkippableFact]
    public async Task ExplainAsync_within_a_transaction_leaves_it_as_it_was()
    {
        await using var connection = await Engines.OpenAsync("postgresql", PlanShape.Schema("postgresql"));
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("insert into storages values (1, 2)", transaction: transaction);
        await using var command = connection.CreateCommand();
        (command.CommandText, command.Transaction) = ("select * from storages where file_id = 1", transaction);

        var use = await new PostgreSqlDialect().ExplainAsync(command, "s_file");

        use.Conditions.Should().Equal("file_id = 1");
        (await connection.ExecuteScalarAsync<string>("show enable_seqscan")).Should().Be("on");
        (await connection.ExecuteScalarAsync<long>("select count(*) from storages")).Should().Be(1);
        command.CommandText.Should().StartWith("select");
    }

    [SkippableTheory]
    [MemberData(nameof(Engines.Both), MemberType = typeof(Engines))]
    public async Task MustSeekAsync_runs_nothing(string engine)
    {
        await using var connection = await Engines.OpenAsync(engine, PlanShape.Schema(engine));
        await connection.ExecuteAsync("insert into storages values (1, 2)");

        await connection.MustSeekAsync(Engines.Dialect(engine), "delete from storages where file_id = 1", "s_file");

        (await connection.ExecuteScalarAsync<long>("select count(*) from storages")).Should().Be(1);
    }

    [SkippableTheory]
    [MemberData(nameof(Engines.Both), MemberType = typeof(Engines))]
    public async Task MustSeekAsync_in_a_transaction_sees_the_index_made_there_and_leaves_it_open(string engine)
    {
        await using var connection = await Engines.OpenAsync(engine, "create table t (a int not null, b int not null)");
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("create index t_a on t (a)", transaction: transaction);

        const string Sql = "select b from t where a = 1";
        await connection.MustSeekAsync(Engines.Dialect(engine), Sql, "t_a", transaction: transaction);

        await connection.ExecuteAsync("insert into t values (1, 2)", transaction: transaction);
        await transaction.CommitAsync();
        (await connection.ExecuteScalarAsync<long>("select count(*) from t")).Should().Be(1);
    }

    [SkippableFact]
    public async Task MustSeekAsync_of_an_index_without_order_asks_for_a_condition_only()
    {
        await using var connection = await Engines.OpenAsync("postgresql", PlanShape.Schema("postgresql"));
        await connection.ExecuteAsync(
            "create table docs (id bigint, terms tsvector); create index d_terms on docs using gin (terms)"
        );

        await connection.MustSeekAsync(
            new PostgreSqlDialect(),
            "select id from docs where terms @@ to_tsquery('a & b')",
            "d_terms"
        );
        var seek = () => connection.MustSeekAsync(new PostgreSqlDialect(), "select id from docs", "d_terms");
        await seek.Should().ThrowAsync<PlanException>();
    }
}
