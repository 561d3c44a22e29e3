using System.Diagnostics;

namespace PerfKit.TestKit.Histories;

/// <summary>
/// Runs asynchronous operations against each other in an order that a seed decides: each goes on from one marked point
/// (<see cref="PointAsync"/>) to its next when it is its turn. Exact for code that awaits points and one another alone, and
/// with <see cref="UntilIdle"/> for code that goes on on the pool's threads; code that waits for other things is waited for
/// as long as <c>settle</c> and then taken to be blocked.
/// </summary>
public sealed class SeededSchedule
{
    /// <summary>
    /// A turn lasts until the thread pool has nothing left to do, at most 100 ms. Exact in a process that does nothing
    /// else meanwhile, one schedule at a time; costs some microseconds a turn.
    /// </summary>
    public static readonly TimeSpan UntilIdle = Timeout.InfiniteTimeSpan;

    private static readonly TimeSpan MostBusy = TimeSpan.FromMilliseconds(100);
    private static readonly AsyncLocal<Operation?> Current = new();
    private readonly Lock _lock = new();
    private readonly Operation[] _operations;
    private readonly TimeSpan _settle;
    private TaskCompletionSource _change = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isOver;

    private SeededSchedule(IEnumerable<Func<Task>> operations, TimeSpan settle)
    {
        _operations = [.. operations.Select(it => new Operation(this, it))];
        _settle = settle;
    }

    /// <summary>
    /// A marked point: completes when it is the turn of the operation that came here, or of what it has started. At once
    /// where no schedule runs.
    /// </summary>
    /// <returns>The operation's turn.</returns>
    public static Task PointAsync() => Current.Value?.PointAsync() ?? Task.CompletedTask;

    /// <summary>Runs operations until all have ended; failures of theirs are thrown then.</summary>
    /// <param name="operations">What to run; each begins at its first turn.</param>
    /// <param name="turns">Whose turn it is, by place in the list; <see cref="Everybody"/> lets all that have begun end first.</param>
    /// <param name="settle">
    /// How long a turn is waited for: zero where nothing continues on other threads, <see cref="UntilIdle"/> where nothing
    /// waits for anything else than points, other operations and the pool.
    /// </param>
    /// <param name="within">How long nothing may go on before that is an error.</param>
    /// <returns>When all have ended, also those whose turn never came.</returns>
    /// <exception cref="TimeoutException">Some wait for what nobody does.</exception>
    public static Task RunAsync(
        IReadOnlyList<Func<Task>> operations,
        IEnumerable<int> turns,
        TimeSpan settle,
        TimeSpan within
    )
    {
        var schedule = new SeededSchedule(operations, settle);
        return Task.Run(() => schedule.RunAsync(turns, within)); // Away from a context that would take continuations.
    }

    /// <summary>Instead of a place: everybody who has begun goes on until the end.</summary>
    public const int Everybody = -1;

    /// <summary>
    /// Turns of so many operations: they begin one after the other; half of them run through at once, and the others are in
    /// flight while up to a dozen begin.
    /// </summary>
    /// <param name="random">What the turns are drawn from.</param>
    /// <param name="operations">How many.</param>
    /// <returns>Places in their list.</returns>
    public static IReadOnlyList<int> Turns(Random random, int operations)
    {
        const int Most = 10;
        List<(double At, int Place)> turns = [];
        for (var place = 0; place < operations; place++)
        {
            var length = random.Next(2) == 0 ? 0 : random.Next(1, 13);
            turns.Add((place, place));
            for (var turn = 1; turn < Most; turn++)
            {
                turns.Add((place + (length * random.NextDouble()), place));
            }
        }

        return [.. turns.OrderBy(static it => it.At).Select(static it => it.Place)];
    }

    private async Task RunAsync(IEnumerable<int> turns, TimeSpan within)
    {
        foreach (var turn in turns)
        {
            if (turn == Everybody)
            {
                await EndAsync([.. _operations.Where(static it => it.Task is not null)], within);
            }
            else
            {
                await StepAsync(_operations[turn]);
            }
        }

        await EndAsync(_operations, within);
        lock (_lock)
        {
            _isOver = true; // What goes on in the background passes its points.
        }

        await EndAsync(_operations, within);
        await Task.WhenAll(_operations.Select(static it => it.Task!));
    }

    /// <summary>Lets these go on in turn until all have ended and none of what they started waits at a point.</summary>
    private async Task EndAsync(Operation[] operations, TimeSpan within)
    {
        while (true)
        {
            var change = Volatile.Read(ref _change).Task;
            var hasMoved = false;
            foreach (var operation in operations)
            {
                hasMoved |= await StepAsync(operation);
            }

            if (!hasMoved && Array.TrueForAll(operations, static it => it.Task!.IsCompleted))
            {
                return;
            }

            if (!hasMoved)
            {
                await UntilAsync(change, within, operations);
            }
        }
    }

    private static async Task UntilAsync(Task change, TimeSpan within, Operation[] operations)
    {
        try
        {
            await change.WaitAsync(within);
        }
        catch (TimeoutException)
        {
            var stuck = operations.Index().Where(static it => !it.Item.Task!.IsCompleted).Select(static it => it.Index);
            throw new TimeoutException(
                $"Operations {string.Join(", ", stuck)} wait for something that nobody does, for {within}."
            );
        }
    }

    /// <summary>Begins an operation, or opens the oldest point that it waits at; false where there is nothing to do.</summary>
    private async ValueTask<bool> StepAsync(Operation operation)
    {
        if (!operation.TryGoOn())
        {
            return false;
        }

        if (_settle == UntilIdle)
        {
            AwaitIdle();
        }

        while (_settle > TimeSpan.Zero && !operation.HasSettled)
        {
            var change = Volatile.Read(ref _change).Task;
            if (operation.HasSettled)
            {
                break;
            }

            var waiting = change.WaitAsync(_settle);
            await waiting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!waiting.IsCompletedSuccessfully)
            {
                break; // It waits for another, or works for longer than a turn is waited for.
            }
        }

        return true;
    }

    private static void AwaitIdle()
    {
        var since = Stopwatch.GetTimestamp();
        var spinner = new SpinWait();
        while (!IsIdle() && Stopwatch.GetElapsedTime(since) < MostBusy)
        {
            spinner.SpinOnce(sleep1Threshold: -1); // Yields: a millisecond a turn would be the whole cost of a history.
        }
    }

    /// <summary>Work is counted as queued until a thread of the pool is counted as at work.</summary>
    private static bool IsIdle()
    {
        ThreadPool.GetMaxThreads(out var all, out _);
        if (ThreadPool.PendingWorkItemCount > 0)
        {
            return false;
        }

        ThreadPool.GetAvailableThreads(out var idle, out _);
        var own = Thread.CurrentThread.IsThreadPoolThread ? 1 : 0;
        return all - idle <= own && ThreadPool.PendingWorkItemCount == 0;
    }

    private void Change() =>
        Interlocked.Exchange(ref _change, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    private sealed class Operation(SeededSchedule schedule, Func<Task> run)
    {
        private readonly Queue<TaskCompletionSource> _points = new();

        public Task? Task { get; private set; }

        public bool HasSettled
        {
            get
            {
                lock (schedule._lock)
                {
                    return Task!.IsCompleted || _points.Count > 0;
                }
            }
        }

        public Task PointAsync()
        {
            TaskCompletionSource point;
            lock (schedule._lock)
            {
                if (schedule._isOver)
                {
                    return System.Threading.Tasks.Task.CompletedTask;
                }

                point = new TaskCompletionSource(); // What waits goes on within the turn.
                _points.Enqueue(point);
            }

            schedule.Change();
            return point.Task;
        }

        public bool TryGoOn()
        {
            if (Task is null)
            {
                Task = RunAsync();
                _ = Task.ContinueWith( // Behind its end: who is told earlier finds it not ended, and nobody tells again.
                    static (_, state) => ((SeededSchedule)state!).Change(),
                    schedule,
                    CancellationToken.None,
                    TaskContinuationOptions.ExecuteSynchronously,
                    TaskScheduler.Default
                );
                return true;
            }

            TaskCompletionSource? point;
            lock (schedule._lock)
            {
                if (!_points.TryDequeue(out point))
                {
                    return false;
                }
            }

            point.SetResult();
            return true;
        }

        private async Task RunAsync()
        {
            Current.Value = this; // Seen by what the operation calls, and by nobody else.
            await run();
        }
    }
}
