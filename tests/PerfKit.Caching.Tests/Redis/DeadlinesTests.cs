using Microsoft.Extensions.Time.Testing;
using PerfKit.Caching.Internal.RedisTiers;

namespace PerfKit.Caching.Tests.Redis;

public sealed class DeadlinesTests
{
    private static readonly Wait Wait = new("reading", "Redis tier 'x'", TimeSpan.FromMilliseconds(35));
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task A_command_that_does_not_answer_ends_at_its_deadline_and_not_before()
    {
        using var deadlines = new Deadlines(_time);
        var command = new TaskCompletionSource<int>();
        var waiting = deadlines.WithinAsync(command.Task, Wait, default).AsTask();

        Advance(30);
        waiting.IsCompleted.Should().BeFalse();
        Advance(10);

        var error = await waiting.Invoking(w => w).Should().ThrowAsync<TimeoutException>();
        error.Which.Message.Should().Be("Redis tier 'x': reading took longer than 35 ms.");
    }

    [Fact]
    public async Task While_this_process_stands_still_no_deadline_passes()
    {
        using var deadlines = new Deadlines(_time);
        var command = new TaskCompletionSource<int>();
        var waiting = deadlines.WithinAsync(command.Task, Wait, default).AsTask();
        Advance(15);

        _time.Advance(TimeSpan.FromSeconds(10)); // The timer was due after 5 ms and comes now.

        Advance(5);
        waiting.IsCompleted.Should().BeFalse("20 ms were left of its 35, less the 10 that no timer is blamed for");
        Advance(10);
        await waiting.Invoking(w => w).Should().ThrowAsync<TimeoutException>();
    }

    [Fact]
    public async Task An_answer_in_time_or_a_failure_passes_on()
    {
        using var deadlines = new Deadlines(_time);
        var answered = new TaskCompletionSource<int>();
        var failed = new TaskCompletionSource<int>();
        var answer = deadlines.WithinAsync(answered.Task, Wait, default);
        var failure = deadlines.WithinAsync(failed.Task, Wait, default).AsTask();

        answered.SetResult(7);
        failed.SetException(new InvalidOperationException("no"));

        (await answer).Should().Be(7);
        await failure.Invoking(f => f).Should().ThrowAsync<InvalidOperationException>();
    }

    [Fact]
    public async Task A_late_answer_is_disposed_and_does_not_reach_the_next_wait()
    {
        using var deadlines = new Deadlines(_time);
        for (var i = 0; i < 10; i++)
        {
            var late = new TaskCompletionSource<Buffer>();
            var waiting = deadlines.WithinAsync(late.Task, Wait, default).AsTask();
            Advance(40);
            await waiting.Invoking(w => w).Should().ThrowAsync<TimeoutException>();
            var buffer = new Buffer();
            late.SetResult(buffer);
            await buffer.Disposed.WaitAsync(TimeSpan.FromSeconds(20));

            var next = new TaskCompletionSource<Buffer>();
            var answer = deadlines.WithinAsync(next.Task, Wait, default);
            var its = new Buffer();
            next.SetResult(its);
            (await answer).Should().BeSameAs(its);
            its.Disposed.IsCompleted.Should().BeFalse();
        }
    }

    [Fact]
    public async Task A_caller_that_cancels_leaves_at_once()
    {
        using var deadlines = new Deadlines(_time);
        using var leaving = new CancellationTokenSource();
        var command = new TaskCompletionSource<int>();
        var waiting = deadlines.WithinAsync(command.Task, Wait, leaving.Token).AsTask();

        await leaving.CancelAsync();

        await waiting.Invoking(w => w).Should().ThrowAsync<OperationCanceledException>();
        command.SetResult(1);
    }

    private void Advance(int milliseconds)
    {
        for (var i = 0; i < milliseconds; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }
    }

    private sealed class Buffer : IDisposable
    {
        private readonly TaskCompletionSource _disposed = new();

        public Task Disposed => _disposed.Task;

        public void Dispose() => _disposed.SetResult();
    }
}
