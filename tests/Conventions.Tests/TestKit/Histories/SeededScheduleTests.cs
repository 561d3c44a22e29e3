using PerfKit.TestKit.Histories;

namespace Conventions.Tests.TestKit.Histories;

public sealed class SeededScheduleTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);
    private readonly List<string> _done = [];

    [Fact]
    public async Task Operations_go_on_from_point_to_point_by_their_turns()
    {
        await SeededSchedule.RunAsync([Operation("a"), Operation("b")], [0, 1, 1, 0, 1, 0], TimeSpan.Zero, Long);

        _done.Should().Equal("a0", "b0", "b1", "a1", "b2", "a2");
    }

    [Fact]
    public async Task Everybody_ends_first_where_it_is_said_and_all_end_without_turns()
    {
        await SeededSchedule.RunAsync(
            [Operation("a"), Operation("b"), Operation("c")],
            [0, SeededSchedule.Everybody, 1],
            TimeSpan.Zero,
            Long
        );

        _done.Should().Equal("a0", "a1", "a2", "b0", "b1", "c0", "b2", "c1", "c2");
    }

    [Fact]
    public async Task What_waits_for_another_operation_goes_on_within_the_turn_of_that_one()
    {
        var opened = new TaskCompletionSource();

        await SeededSchedule.RunAsync(
            [
                async () =>
                {
                    await opened.Task;
                    _done.Add("waiter");
                },
                async () =>
                {
                    await SeededSchedule.PointAsync();
                    opened.SetResult();
                    _done.Add("opener");
                },
            ],
            [0, 0, 1, 0, 1],
            TimeSpan.Zero,
            Long
        );

        _done.Should().Equal("waiter", "opener");
    }

    [Fact]
    public async Task Work_on_another_thread_is_waited_for()
    {
        await SeededSchedule.RunAsync(
            [
                () =>
                    Task.Run(async () =>
                    {
                        await SeededSchedule.PointAsync();
                        _done.Add("elsewhere");
                    }),
                Operation("b"),
            ],
            [0, 0, 1],
            Long,
            Long
        );

        _done.Should().Equal("elsewhere", "b0", "b1", "b2");
    }

    [Fact]
    public async Task The_end_of_an_operation_on_another_thread_is_never_missed()
    {
        Func<Task>[] operations = [.. Enumerable.Repeat(static async () => await Task.Yield(), 16)];
        for (var i = 0; i < 20_000; i++)
        {
            await SeededSchedule.RunAsync(operations, [], TimeSpan.Zero, Long);
        }
    }

    [Fact]
    public async Task Who_waits_for_nobody_is_named()
    {
        var run = () =>
            SeededSchedule.RunAsync(
                [Operation("a"), () => new TaskCompletionSource().Task],
                [],
                TimeSpan.Zero,
                TimeSpan.FromMilliseconds(100)
            );

        await run.Should().ThrowAsync<TimeoutException>().WithMessage("Operations 1 wait*");
    }

    [Fact]
    public async Task A_failure_is_thrown_and_the_others_end_first()
    {
        var run = () =>
            SeededSchedule.RunAsync(
                [() => throw new InvalidOperationException("broken"), Operation("b")],
                [0, 1],
                TimeSpan.Zero,
                Long
            );

        await run.Should().ThrowAsync<InvalidOperationException>().WithMessage("broken");
        _done.Should().HaveCount(3);
    }

    [Fact]
    public async Task Points_outside_of_a_schedule_and_behind_its_end_are_no_obstacle()
    {
        await SeededSchedule.PointAsync();
        var late = new TaskCompletionSource();
        var background = Task.CompletedTask;
        await SeededSchedule.RunAsync(
            [
                () =>
                {
                    background = BackgroundAsync();
                    return Task.CompletedTask;
                },
            ],
            [0],
            TimeSpan.Zero,
            Long
        );

        late.SetResult();

        await background.WaitAsync(Long);

        async Task BackgroundAsync()
        {
            await late.Task;
            await SeededSchedule.PointAsync();
        }
    }

    private Func<Task> Operation(string name) =>
        async () =>
        {
            for (var i = 0; i < 3; i++)
            {
                _done.Add($"{name}{i}");
                if (i < 2)
                {
                    await SeededSchedule.PointAsync();
                }
            }
        };
}
