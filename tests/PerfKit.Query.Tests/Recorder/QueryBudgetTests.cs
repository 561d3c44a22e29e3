using Dapper;
using PerfKit.Query.Tests.Recorder.Shapes;

namespace PerfKit.Query.Tests.Recorder;

/// <summary>The gate for users' tests.</summary>
public sealed class QueryBudgetTests
{
    private static readonly QueryBudget Three = QueryBudget.AtMost(3);

    [SkippableTheory]
    [MemberData(nameof(Engines.Both), MemberType = typeof(Engines))]
    public async Task RunAsync_with_one_run_too_many_names_statement_count_and_line(string engine)
    {
        await using var world = await RecorderWorld.CreateAsync(engine);
        var run = () => Three.RunAsync(() => NamesAsync(world, 4));

        var fault = (await run.Should().ThrowAsync<QueryBudgetException>()).Which.Message;

        fault.Should().StartWith("A statement may run 3 times here, and one ran more often.");
        fault.Should().MatchRegex($@"4 times at \S+{nameof(QueryBudgetTests)}\.cs:\d+[^\n]*: select name from items");
    }

    [SkippableTheory]
    [MemberData(nameof(Engines.Both), MemberType = typeof(Engines))]
    public async Task RunAsync_within_the_budget_gives_the_result(string engine)
    {
        await using var world = await RecorderWorld.CreateAsync(engine);

        (await Three.RunAsync(() => NamesAsync(world, 3))).Should().Equal("item 1", "item 2", "item 3");
    }

    [Fact]
    public async Task RunAsync_lets_the_exception_of_the_work_through()
    {
        var run = () =>
            Three.RunAsync(static () =>
            {
                Report("select a", 9);
                throw new InvalidOperationException("the work's own");
            });

        await run.Should().ThrowAsync<InvalidOperationException>().WithMessage("the work's own");
    }

    [Fact]
    public async Task RunAsync_counts_what_scopes_within_count()
    {
        using var recorder = new QueryRecorder(atMost: 100);
        var run = () =>
            Three.RunAsync(() =>
            {
                using var request = recorder.Begin("request");
                Report("select a", 4);
                return Task.CompletedTask;
            });

        await run.Should().ThrowAsync<QueryBudgetException>();
    }

    [Fact]
    public async Task Budgets_side_by_side_do_not_hear_each_other()
    {
        using var together = new Barrier(8);
        var runs = Enumerable
            .Range(0, 8)
            .Select(i =>
                Task.Run(async () =>
                {
                    try
                    {
                        await Three.RunAsync(() =>
                        {
                            together.SignalAndWait();
                            Report("select a", i == 5 ? 4 : 3);
                            together.SignalAndWait();
                            return Task.CompletedTask;
                        });
                        return 0;
                    }
                    catch (QueryBudgetException)
                    {
                        return i;
                    }
                })
            );

        (await Task.WhenAll(runs)).Where(static i => i > 0).Should().Equal(5);
    }

    [Fact]
    public async Task RunAsync_with_thousands_of_different_statements_fails()
    {
        var run = () =>
            Three.RunAsync(static () =>
            {
                for (var i = 0; i < 1_001; i++)
                {
                    Report($"select a_{i}", 1);
                }

                return Task.CompletedTask;
            });

        await run.Should().ThrowAsync<QueryBudgetException>().WithMessage("*1000 different statements*");
    }

    [Fact]
    public async Task Marked_repeats_pass()
    {
        await Three.RunAsync(static () =>
        {
            using (QueryRecorder.Expected("exports every row"))
            {
                Report("select a", 9);
            }

            return Task.CompletedTask;
        });
    }

    [Fact]
    public void Budget_out_of_range_is_refused_with_the_range()
    {
        var create = static () => QueryBudget.AtMost(0);

        create.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*0 times*1 to 1000000*");
    }

    private static async Task<List<string>> NamesAsync(RecorderWorld world, int count)
    {
        await using var connection = await world.OpenAsync();
        var names = new List<string>();
        for (var id = 1; id <= count; id++)
        {
            names.Add(await connection.QuerySingleAsync<string>("select name from items where id = @id", new { id }));
        }

        return names;
    }

    private static void Report(string statement, int times)
    {
        for (var i = 0; i < times; i++)
        {
            QueryRecorder.Report(statement);
        }
    }
}
