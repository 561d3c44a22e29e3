namespace PerfKit.Caching.Tests;

public sealed class LocalCacheLoadingTests
{
    private readonly LocalCache<int, string> _cache = LocalCacheTests.Create<int, string>(10);

    [Fact]
    public async Task GetOrAddAsync_by_many_callers_at_once_runs_one_factory()
    {
        var work = new Work();
        var callers = Enumerable.Range(0, 1_000).Select(_ => work.Ask(_cache)).ToList();

        work.Answer("value");
        var values = await Task.WhenAll(callers);

        values.Should().OnlyContain(value => value == "value");
        work.Calls.Should().Be(1);
        _cache.TryGet(1, out _).Should().BeTrue();
    }

    [Fact]
    public async Task GetOrAddAsync_with_a_failing_factory_fails_its_waiters_and_keeps_nothing()
    {
        var work = new Work();
        var callers = Enumerable.Range(0, 10).Select(_ => work.Ask(_cache)).ToList();

        work.Fail(new IOException("no disk"));

        foreach (var caller in callers)
        {
            await caller.Awaiting(task => task).Should().ThrowAsync<IOException>().WithMessage("no disk");
        }

        work.Calls.Should().Be(1);
        _cache.Explain(1).Should().Be("'1' is absent: its last factory call failed.");
        var again = await _cache.GetOrAddAsync(1, 0, static (_, _, _) => new ValueTask<string>("later"));
        again.Should().Be("later");
    }

    [Fact]
    public async Task GetOrAddAsync_with_a_factory_that_throws_before_its_first_await_fails_the_caller()
    {
        var ask = async () =>
            await _cache.GetOrAddAsync(1, 0, static (_, _, _) => throw new FormatException("at once"));

        await ask.Should().ThrowAsync<FormatException>();
        _cache.GetStatistics().Entries.Should().Be(0);
    }

    [Fact]
    public async Task GetOrAddAsync_cancelled_by_one_caller_goes_on_for_the_others()
    {
        using var leaving = new CancellationTokenSource();
        var work = new Work();
        var leaves = work.Ask(_cache, leaving.Token);
        var stays = work.Ask(_cache);

        await leaving.CancelAsync();
        await leaves.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>();
        work.Token.IsCancellationRequested.Should().BeFalse();
        work.Answer("value");

        (await stays).Should().Be("value");
    }

    [Fact]
    public async Task GetOrAddAsync_cancelled_by_the_last_caller_cancels_the_factory_and_keeps_nothing()
    {
        using var leaving = new CancellationTokenSource();
        var work = new Work();
        var callers = Enumerable.Range(0, 3).Select(_ => work.Ask(_cache, leaving.Token)).ToList();

        await leaving.CancelAsync();
        foreach (var caller in callers)
        {
            await caller.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>();
        }

        work.Token.IsCancellationRequested.Should().BeTrue();
        work.Answer("too late");
        _cache.TryGet(1, out _).Should().BeFalse();
    }

    [Fact]
    public async Task GetOrAddAsync_after_the_last_caller_left_starts_a_new_factory()
    {
        using var leaving = new CancellationTokenSource();
        var abandoned = new Work();
        var leaves = abandoned.Ask(_cache, leaving.Token);
        await leaving.CancelAsync();
        await leaves.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>();

        var work = new Work();
        var stays = work.Ask(_cache);
        abandoned.Answer("abandoned");
        work.Answer("fresh");

        (await stays).Should().Be("fresh");
        _cache.TryGet(1, out var kept).Should().BeTrue();
        kept.Should().Be("fresh");
    }

    [Fact]
    public async Task GetOrAddAsync_with_a_cancelled_token_does_not_start_the_factory()
    {
        var work = new Work();

        await work.Ask(_cache, new CancellationToken(true))
            .Awaiting(task => task)
            .Should()
            .ThrowAsync<OperationCanceledException>();

        work.Calls.Should().Be(0);
    }

    [Theory]
    [InlineData("remove")]
    [InlineData("clear")]
    [InlineData("set")]
    public async Task An_invalidation_while_loading_keeps_the_old_value_from_being_published(string what)
    {
        var work = new Work();
        var caller = work.Ask(_cache);
        Invalidate(what);

        work.Answer("stale");

        (await caller).Should().Be("stale"); // It asked before the invalidation.
        _cache.TryGet(1, out var kept);
        kept.Should().Be(what == "set" ? "new" : null);
    }

    [Fact]
    public async Task GetOrAddAsync_after_a_removal_while_loading_does_not_join_the_old_factory()
    {
        var old = new Work();
        var before = old.Ask(_cache);
        _cache.Remove(1);
        var work = new Work();
        var after = work.Ask(_cache);

        work.Answer("fresh");
        (await after).Should().Be("fresh");
        old.Answer("stale");
        await before;

        _cache.TryGet(1, out var kept);
        kept.Should().Be("fresh");
    }

    [Fact]
    public async Task GetOrAddAsync_of_a_value_too_heavy_returns_it_without_keeping_it()
    {
        var cache = new LocalCache<int, string>(new LocalCacheOptions { Capacity = 3 }, static (_, v) => v.Length);

        var value = await cache.GetOrAddAsync(1, 0, static (_, _, _) => new ValueTask<string>("abcdef"));

        value.Should().Be("abcdef");
        cache.GetStatistics().Entries.Should().Be(0);
    }

    [Fact]
    public async Task A_fault_that_no_caller_waits_for_is_not_reported_as_unobserved()
    {
        using var leaving = new CancellationTokenSource();
        var unobserved = 0;
        void Count(object? sender, UnobservedTaskExceptionEventArgs e) =>
            unobserved += e.Exception.InnerException is TimeZoneNotFoundException ? 1 : 0;
        TaskScheduler.UnobservedTaskException += Count;

        await FailAbandonedAsync(leaving);
        GC.Collect();
        GC.WaitForPendingFinalizers();

        TaskScheduler.UnobservedTaskException -= Count;
        unobserved.Should().Be(0);
    }

    [Fact]
    public void Explain_of_a_loading_key_counts_the_callers_that_wait()
    {
        var work = new Work();
        _ = work.Ask(_cache);
        _ = work.Ask(_cache);

        _cache.Explain(1).Should().Be("'1' is absent: its factory is running, callers waiting: 2.");
        work.Answer("done");
    }

    private async Task FailAbandonedAsync(CancellationTokenSource leaving)
    {
        var work = new Work();
        var caller = work.Ask(_cache, leaving.Token);
        await leaving.CancelAsync();
        await caller.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>();
        work.Fail(new TimeZoneNotFoundException());
    }

    private void Invalidate(string what)
    {
        switch (what)
        {
            case "remove":
                _cache.Remove(1);
                break;
            case "clear":
                _cache.Clear();
                break;
            default:
                _cache.Set(1, "new");
                break;
        }
    }

    /// <summary>A factory that counts its calls and answers when told to.</summary>
    private sealed class Work
    {
        private readonly TaskCompletionSource<string> _answer = new();

        public int Calls { get; private set; }

        public CancellationToken Token { get; private set; }

        public Task<string> Ask(LocalCache<int, string> cache, CancellationToken cancellationToken = default) =>
            cache
                .GetOrAddAsync(
                    1,
                    this,
                    static (_, work, token) =>
                    {
                        work.Calls++;
                        work.Token = token;
                        return new ValueTask<string>(work._answer.Task);
                    },
                    cancellationToken
                )
                .AsTask();

        public void Answer(string value) => _answer.SetResult(value);

        public void Fail(Exception fault) => _answer.SetException(fault);
    }
}
