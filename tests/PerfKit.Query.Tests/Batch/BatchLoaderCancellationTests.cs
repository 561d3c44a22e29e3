namespace PerfKit.Query.Tests.Batch;

public sealed class BatchLoaderCancellationTests
{
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _abandoned = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<int> _sent = [];
    private CancellationToken _token;
    private int _trips;

    [Fact]
    public async Task One_callers_cancellation_leaves_the_others()
    {
        var loader = Loader();
        using var leaving = new CancellationTokenSource();

        var left = loader.LoadAsync(1, leaving.Token).AsTask();
        var stayed = loader.LoadAsync(1).AsTask();
        await _started.Task;
        await leaving.CancelAsync();

        await Cancelled(left);
        _token.IsCancellationRequested.Should().BeFalse();
        _gate.SetResult();
        (await stayed).Should().Be(10);
        _trips.Should().Be(1);
    }

    [Fact]
    public async Task A_trip_that_nobody_waits_for_is_cancelled()
    {
        var loader = Loader();
        using var leaving = new CancellationTokenSource();

        var one = loader.LoadAsync(1, leaving.Token).AsTask();
        var many = loader.LoadManyAsync([1, 2, 3], leaving.Token).AsTask();
        await _started.Task;
        await leaving.CancelAsync();

        await Cancelled(one);
        await Cancelled(many);
        await _abandoned.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_key_of_a_cancelled_trip_is_fetched_again()
    {
        var loader = Loader();
        using var leaving = new CancellationTokenSource();
        var left = loader.LoadAsync(1, leaving.Token).AsTask();
        await _started.Task;
        await leaving.CancelAsync();
        await Cancelled(left);

        var again = loader.LoadAsync(1).AsTask();
        _gate.SetResult();

        (await again).Should().Be(10);
        _trips.Should().Be(2);
    }

    [Fact]
    public async Task A_caller_who_joins_after_the_last_one_of_a_key_left_keeps_the_trip()
    {
        var loader = Loader();
        using var leaving = new CancellationTokenSource();
        using var leavingLater = new CancellationTokenSource();
        Task<int>[] both = [];
        var started = BatchLoaderTests.InOneTick<int>(() =>
            both = [loader.LoadAsync(1, leaving.Token).AsTask(), loader.LoadAsync(2, leavingLater.Token).AsTask()]
        );
        await _started.Task;
        _trips.Should().Be(1);

        await leaving.CancelAsync();
        await Cancelled(both[0]);
        var joined = loader.LoadAsync(1).AsTask();
        await leavingLater.CancelAsync();
        await Cancelled(both[1]);
        await Cancelled(started);

        _token.IsCancellationRequested.Should().BeFalse();
        _gate.SetResult();
        (await joined).Should().Be(10);
    }

    [Fact]
    public async Task A_key_that_nobody_waits_for_any_more_is_not_sent()
    {
        var loader = Loader();
        using var leaving = new CancellationTokenSource();
        var running = loader.LoadAsync(0).AsTask();
        await _started.Task;

        var left = loader.LoadAsync(1, leaving.Token).AsTask();
        var stayed = loader.LoadAsync(2).AsTask();
        await leaving.CancelAsync();
        await Cancelled(left);
        _gate.SetResult();

        await Task.WhenAll(running, stayed);
        _sent.Should().Equal(0, 2);
    }

    [Fact]
    public async Task A_token_cancelled_before_the_call_asks_for_nothing()
    {
        var loader = Loader();
        var cancelled = new CancellationToken(canceled: true);

        await Cancelled(loader.LoadAsync(1, cancelled).AsTask());
        await Cancelled(loader.LoadManyAsync([1], cancelled).AsTask());

        _trips.Should().Be(0);
    }

    private static async Task Cancelled(Task task)
    {
        var wait = () => task;
        await wait.Should().ThrowAsync<OperationCanceledException>();
    }

    private BatchLoader<int, int> Loader() =>
        new(
            async (keys, token) =>
            {
                Interlocked.Increment(ref _trips);
                _sent.AddRange(keys);
                _token = token;
                _started.TrySetResult();
                try
                {
                    await _gate.Task.WaitAsync(token);
                }
                catch (OperationCanceledException)
                {
                    _abandoned.TrySetResult();
                    throw;
                }

                return keys.ToDictionary(static key => key, static key => key * 10);
            }
        );
}
