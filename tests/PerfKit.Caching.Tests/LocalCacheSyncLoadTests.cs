namespace PerfKit.Caching.Tests;

/// <summary><see cref="LocalCache{TKey, TValue}.GetOrAdd{TState}"/>: callers that block.</summary>
public sealed class LocalCacheSyncLoadTests
{
    private const int Callers = 6;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly LocalCache<int, string> _cache = LocalCacheTests.Create<int, string>(10);
    private int _calls;

    [Fact]
    public async Task GetOrAdd_by_many_threads_at_once_runs_one_factory()
    {
        var callers = Ask(Callers, () => Answer("value"));

        (await Task.WhenAll(callers)).Should().OnlyContain(static value => value == "value");
        _calls.Should().Be(1);
        _cache.GetOrDefault(1).Should().Be("value");
    }

    [Fact]
    public async Task GetOrAdd_with_a_failing_factory_fails_every_caller_and_keeps_nothing()
    {
        var callers = Ask(Callers, () => Answer(null));

        foreach (var caller in callers)
        {
            await caller.Awaiting(task => task).Should().ThrowAsync<IOException>().WithMessage("no disk");
        }

        _calls.Should().Be(1);
        _cache.GetOrAdd(1, 0, static (_, _) => "later").Should().Be("later");
    }

    [Fact]
    public void GetOrAdd_of_its_own_key_within_a_factory_is_refused_with_a_sentence()
    {
        var ask = () => _cache.GetOrAdd(1, _cache, static (key, cache) => cache.GetOrAdd(key, 0, (_, _) => "inner"));

        ask.Should()
            .Throw<InvalidOperationException>()
            .WithMessage("The factory of key '1' asks the cache for its own key.");
        _cache.GetOrAdd(1, 0, static (_, _) => "next").Should().Be("next");
    }

    [Fact]
    public void GetOrAdd_of_another_key_within_a_factory_is_answered()
    {
        _cache
            .GetOrAdd(1, _cache, static (_, cache) => cache.GetOrAdd(2, 0, static (_, _) => "two") + " and one")
            .Should()
            .Be("two and one");
        _cache.GetOrDefault(2).Should().Be("two");
    }

    [Fact]
    public async Task GetOrAdd_joins_an_asynchronous_factory_of_its_key()
    {
        var answer = new TaskCompletionSource<string>();
        var first = _cache.GetOrAddAsync(1, answer, static (_, a, _) => new ValueTask<string>(a.Task)).AsTask();
        var second = Task.Factory.StartNew(
            () => _cache.GetOrAdd(1, 0, static (_, _) => "another"),
            TaskCreationOptions.LongRunning
        );
        WaitFor(2);

        answer.SetResult("one");

        (await first).Should().Be("one");
        (await second).Should().Be("one");
    }

    [Fact]
    public async Task GetOrAddAsync_joins_a_synchronous_factory_of_its_key_and_may_leave_it()
    {
        using var leaving = new CancellationTokenSource();
        Task<string>? stays = null;
        Task<string>? leaves = null;

        var value = _cache.GetOrAdd(
            1,
            0,
            (_, _) =>
            {
                stays = _cache.GetOrAddAsync(1, 0, static (_, _, _) => new ValueTask<string>("another")).AsTask();
                leaves = _cache.GetOrAddAsync(1, 0, static (_, _, _) => default, leaving.Token).AsTask();
                leaving.Cancel();
                return "one";
            }
        );

        value.Should().Be("one");
        (await stays!).Should().Be("one");
        await leaves!.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>();
        _cache.GetOrDefault(1).Should().Be("one");
    }

    [Theory]
    [InlineData("set", "new")]
    [InlineData("remove", null)]
    [InlineData("clear", null)]
    public void An_invalidation_within_a_factory_keeps_its_value_from_being_published(string what, string? kept)
    {
        var value = _cache.GetOrAdd(
            1,
            0,
            (_, _) =>
            {
                Invalidate(what);
                return "old";
            }
        );

        value.Should().Be("old");
        _cache.GetOrDefault(1).Should().Be(kept);
    }

    [Fact]
    public void GetOrAdd_with_a_weigher_that_throws_throws_that_and_the_next_caller_tries_again()
    {
        var cache = new LocalCache<int, string>(
            new LocalCacheOptions(),
            static (_, value) => value.Length == 0 ? throw new FormatException("empty") : value.Length
        );

        cache.Invoking(c => c.GetOrAdd(1, 0, static (_, _) => "")).Should().Throw<FormatException>();
        cache.GetOrAdd(1, 0, static (_, _) => "full").Should().Be("full");
    }

    private List<Task<string>> Ask(int callers, Func<string> factory) =>
        Enumerable
            .Range(0, callers)
            .Select(_ =>
                Task.Factory.StartNew(
                    () => _cache.GetOrAdd(1, factory, static (_, make) => make()),
                    TaskCreationOptions.LongRunning
                )
            )
            .ToList();

    /// <summary>Answers when all callers have come.</summary>
    private string Answer(string? value)
    {
        Interlocked.Increment(ref _calls);
        WaitFor(Callers);
        return value ?? throw new IOException("no disk");
    }

    private void WaitFor(int waiting) =>
        SpinWait.SpinUntil(() => _cache.Explain(1).EndsWith($"waiting: {waiting}."), Deadline).Should().BeTrue();

    private void Invalidate(string what)
    {
        switch (what)
        {
            case "set":
                _cache.Set(1, "new");
                break;
            case "remove":
                _cache.Remove(1);
                break;
            default:
                _cache.Clear();
                break;
        }
    }
}
