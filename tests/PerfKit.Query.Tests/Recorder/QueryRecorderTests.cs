using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Dapper;
using PerfKit.Query.Internal;
using PerfKit.Query.Tests.Recorder.Shapes;
using PerfKit.TestKit;

namespace PerfKit.Query.Tests.Recorder;

/// <summary>What a recorder says, and to whom, on both engines where the engine matters.</summary>
public sealed class QueryRecorderTests
{
    private const string ById = "select name from items where id = @id";

    [SkippableTheory]
    [MemberData(nameof(Engines.Both), MemberType = typeof(Engines))]
    public async Task Ended_scope_warns_once_a_statement_with_count_and_line(string engine)
    {
        await using var world = await RecorderWorld.CreateAsync(engine);
        await using var connection = await world.OpenAsync();
        var log = new KeptLog<QueryRecorder>();
        using var recorder = new QueryRecorder(log);

        var line = 0;
        using (recorder.Begin("GET /items"))
        {
            for (var id = 1; id <= 6; id++)
            {
                line = Line();
                await connection.QueryAsync<string>(ById, new { id });
            }

            await connection.QueryAsync<int>("select 1");
            log.Lines.Should().BeEmpty("a scope speaks when it ends");
        }

        var warning = log.Lines.Should().ContainSingle().Subject;
        warning.Should().StartWith("Warning: GET /items ran a statement 6 times at ").And.EndWith($": {ById}");
        warning.Should().Contain($"{nameof(QueryRecorderTests)}.cs:{line + 1}");
    }

    [Fact]
    public void Repeated_statement_counts_in_the_metric_by_scope_name()
    {
        var counted = new List<(long Value, object? Scope)>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = static (instrument, l) =>
        {
            if (instrument.Name == "perfkit.query.repeated")
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>(
            (_, value, tags, _) =>
            {
                var scope = tags.ToArray().Single(static t => t.Key == "scope.name").Value;
                if (scope is "metric test")
                {
                    counted.Add((value, scope));
                }
            }
        );
        listener.Start();
        using var recorder = new QueryRecorder(atMost: 1);

        using (recorder.Begin("metric test"))
        {
            Report("select a", 9);
            Report("select b", 2);
            Report("select c", 1);
        }

        counted.Should().Equal((1, "metric test"), (1, "metric test"));
    }

    [Fact]
    public void Statement_counts_in_every_scope_around_it()
    {
        using var recorder = new QueryRecorder();
        using var outer = recorder.Begin("outer");
        for (var i = 0; i < 4; i++)
        {
            using var inner = recorder.Begin("inner");
            Report("select a", 1);
            inner.Repeats.Should().BeEmpty();
        }

        outer.Repeats.Should().ContainSingle().Which.Runs.Should().Be(4);
    }

    [Fact]
    public void Ended_scope_hears_nothing_more_where_its_flow_goes_on()
    {
        using var recorder = new QueryRecorder();
        using var outer = recorder.Begin("outer");
        var inner = recorder.Begin("inner");
        var flow = ExecutionContext.Capture()!;
        inner.Dispose();

        ExecutionContext.Run(flow, static _ => Report("select a", 5), null);

        inner.Runs.Should().Be(0);
        outer.Runs.Should().Be(5);
    }

    [Fact]
    public async Task Parallel_work_of_a_scope_counts_in_it_and_other_flows_do_not()
    {
        using var recorder = new QueryRecorder();
        using var mine = recorder.Begin("mine");
        Task stranger;
        using (ExecutionContext.SuppressFlow())
        {
            stranger = Task.Run(static () => Report("select a", 100));
        }

        await Task.WhenAll(Enumerable.Range(0, 8).Select(static _ => Task.Run(static () => Report("select a", 1_000))));
        await stranger;

        mine.Runs.Should().Be(8_000);
        mine.Repeats.Should().ContainSingle().Which.Runs.Should().Be(8_000);
    }

    [Fact]
    public void Expected_runs_count_nowhere_and_what_follows_does()
    {
        using var recorder = new QueryRecorder();
        using var scope = recorder.Begin("scope");

        using (QueryRecorder.Expected("a walk"))
        {
            Report("select a", 10);
        }

        scope.Runs.Should().Be(0);
        Report("select a", 4);
        scope.Repeats.Should().ContainSingle().Which.Runs.Should().Be(4);
    }

    [Fact]
    public void Transactions_settings_and_unknown_texts_do_not_count()
    {
        using var recorder = new QueryRecorder();
        using var scope = recorder.Begin("scope");

        string[] texts =
        [
            "BEGIN IMMEDIATE;",
            "commit",
            "Rollback to savepoint a",
            "savepoint a",
            "release a",
            "start transaction",
            "PRAGMA foreign_keys = 1;",
            " set statement_timeout = 1",
            "",
            " ",
        ];
        foreach (var text in texts)
        {
            Report(text, 9);
        }

        scope.Runs.Should().Be(0);
        scope.Repeats.Should().BeEmpty();
    }

    [Theory]
    [InlineData("begin; insert into t values (1); commit")]
    [InlineData("SET NOCOUNT ON;\nINSERT INTO t VALUES (1);")]
    public void Statement_behind_a_setting_counts(string text)
    {
        using var recorder = new QueryRecorder();
        using var scope = recorder.Begin("scope");

        Report(text, 2);

        scope.Runs.Should().Be(2);
    }

    [Fact]
    public void Thousands_of_different_statements_stay_bounded_and_are_told()
    {
        var log = new KeptLog<QueryRecorder>();
        using var recorder = new QueryRecorder(log);
        using (var scope = recorder.Begin("scope"))
        {
            for (var i = 0; i < 5_000; i++)
            {
                Report($"select a_{i} from t", 1);
            }

            Report("select a_4999 from t", 9);
            Report("select a_1 from t", 9);
            scope.Runs.Should().Be(1_000 + 9);
            scope.Repeats.Should().ContainSingle().Which.Statement.Should().Be("select a_1 from t");
        }

        log.Lines.Should().ContainSingle(static l => l.Contains("more than 1000 different statements"));
    }

    [Fact]
    public void Thousands_of_different_statements_leave_later_ones_their_place()
    {
        using var recorder = new QueryRecorder();
        for (var i = 0; i < 3; i++)
        {
            using var flood = recorder.Begin("flood");
            for (var j = 0; j < 900; j++)
            {
                Report($"select flood_{i}_{j}", 1);
            }
        }

        FirstPlaces.Of("select after_the_flood").Should().Contain($"{nameof(QueryRecorderTests)}.cs:");
    }

    [Fact]
    public void Huge_statement_counts_and_is_shown_short_on_one_line()
    {
        using var recorder = new QueryRecorder();
        using var scope = recorder.Begin("scope");

        Report($"select\r\n\t x,\n{new string('y', 5_000_000)}", 4);

        var repeat = scope.Repeats.Should().ContainSingle().Subject;
        repeat.Statement.Should().StartWith("select x, yyy").And.EndWith("y...").And.HaveLength(203);
    }

    [Fact]
    public void Most_frequent_statement_comes_first()
    {
        using var recorder = new QueryRecorder();
        using var scope = recorder.Begin("scope");

        Report("select a", 5);
        Report("select b", 8);
        Report("select c", 4);

        scope.Repeats.Select(static r => r.Runs).Should().Equal(8, 5, 4);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_000_001)]
    public void Limit_out_of_range_is_refused_with_the_range(int atMost)
    {
        var create = () => new QueryRecorder(atMost: atMost);

        create.Should().Throw<ArgumentOutOfRangeException>().WithMessage($"*{atMost}*1 to 1000000*");
    }

    [Fact]
    public void Names_and_reasons_are_needed()
    {
        using var recorder = new QueryRecorder();
        var begin = () => recorder.Begin(" ");
        var expected = () => QueryRecorder.Expected("");

        begin.Should().Throw<ArgumentException>();
        expected.Should().Throw<ArgumentException>();
    }

    private static void Report(string statement, int times)
    {
        for (var i = 0; i < times; i++)
        {
            QueryRecorder.Report(statement);
        }
    }

    private static int Line([CallerLineNumber] int line = 0) => line;
}
