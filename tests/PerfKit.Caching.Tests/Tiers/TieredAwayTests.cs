using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using PerfKit.Caching.Internal;

namespace PerfKit.Caching.Tests.Tiers;

/// <summary>What happens when the second tier fails, and when it comes back.</summary>
public sealed class TieredAwayTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly SteeredTier _tier = new();
    private readonly TieredCache _cache;

    public TieredAwayTests() => _cache = new TieredCache(new TieredCacheOptions { JournalCapacity = 3 }, _tier, _clock);

    public void Dispose() => _cache.Dispose();

    [Fact]
    public async Task A_miss_reads_the_tier_and_a_value_made_goes_to_it()
    {
        (await GetAsync("key", 1)).Should().Be(1);
        using var other = new TieredCache(new TieredCacheOptions(), _tier, _clock);

        (await other.GetOrCreateAsync("key", _ => ValueTask.FromResult(2))).Should().Be(1);
        _tier.Calls.Should().Equal("read key", "write key", "read key");
    }

    [Fact]
    public async Task The_first_failure_opens_the_breaker_and_nobody_waits_again()
    {
        _tier.Fault = new TimeoutException("no answer");

        (await GetAsync("a", 1)).Should().Be(1);
        (await GetAsync("b", 2)).Should().Be(2);
        (await GetAsync("a", 3)).Should().Be(1, "this process still caches");

        _tier.Calls.Where(static call => !call.StartsWith("rejoin", StringComparison.Ordinal)).Should().Equal("read a");
        _cache.Explain("a").Should().Contain("second tier is away");
    }

    [Fact]
    public async Task What_is_written_while_the_tier_is_away_is_removed_from_it_before_it_is_read()
    {
        await _cache.SetAsync("set", 1);
        await _cache.SetAsync("removed", 1);
        await _cache.SetAsync("tagged", 1, tags: ["tag"]);
        _tier.Fault = new TimeoutException("no answer");
        var probed = new TaskCompletionSource();
        _tier.Rejoining = () =>
        {
            probed.TrySetResult();
            throw _tier.Fault ?? new TimeoutException("too late");
        };
        await _cache.SetAsync("set", 2);
        await probed.Task; // The next probe comes with the clock.
        await _cache.RemoveAsync("removed");
        await _cache.RemoveByTagAsync("tag");
        (await GetAsync("set", 9)).Should().Be(2);

        (_tier.Fault, _tier.Rejoining) = (null, null);
        await ComeBackAsync();

        _tier
            .Calls.Last(static call => call.StartsWith("rejoin", StringComparison.Ordinal))
            .Should()
            .Be("rejoin removed,set|tag");
        (await GetAsync("removed", 5)).Should().Be(5);
    }

    [Fact]
    public async Task More_than_the_journal_holds_removes_everything()
    {
        await _cache.SetAsync("before", 1);
        _tier.Fault = new TimeoutException("no answer");
        for (var i = 0; i < 5; i++)
        {
            await _cache.RemoveAsync($"key{i}");
        }

        _tier.Fault = null;
        await ComeBackAsync();

        (await InTierAsync("before")).Should().BeEmpty();
    }

    [Fact]
    public async Task A_tier_that_comes_back_is_used_again()
    {
        _tier.Fault = new TimeoutException("no answer");
        await GetAsync("a", 1);
        _tier.Fault = null;

        await ComeBackAsync();
        await GetAsync("b", 1);

        _tier.Calls.Should().Contain("write b");
    }

    [Fact]
    public async Task However_often_the_tier_did_not_answer_only_what_was_noted_is_removed()
    {
        await _cache.SetAsync("noted", 1);
        await _cache.SetAsync("kept", 1);
        _tier.Fault = new TimeoutException("no answer");
        await _cache.RemoveAsync("noted");
        for (var tries = 0; Rejoins() < 10 && tries < 1_000_000; tries++)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        _tier.Fault = null;
        await ComeBackAsync();

        (await InTierAsync("noted", "kept")).Should().Equal("kept");

        int Rejoins() => _tier.Calls.Count(static call => call.StartsWith("rejoin", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_logger_that_throws_does_not_keep_the_tier_away()
    {
        var parts = new TieredCacheParts("", _tier, _clock, null, null, new FaultyLogger());
        using var cache = new TieredCache(new TieredCacheOptions(), parts);
        _tier.Fault = new TimeoutException("no answer");
        await cache.SetAsync("key", 1);
        _tier.Fault = null;

        for (var tries = 0; !cache.IsTierAvailable && tries < 100_000; tries++)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        cache.IsTierAvailable.Should().BeTrue();
    }

    [Fact]
    public async Task A_caller_whose_value_could_not_be_written_does_not_wait_for_its_claim_as_well()
    {
        _tier.Releasing = new TaskCompletionSource().Task;

        var value = await _cache
            .GetOrCreateAsync(
                "key",
                _ =>
                {
                    _tier.Fault = new TimeoutException("no answer");
                    return ValueTask.FromResult(1);
                }
            )
            .AsTask()
            .WaitAsync(TimeSpan.FromSeconds(20));

        value.Should().Be(1);
        _tier.GivenUp.Task.IsCompleted.Should().BeTrue();
    }

    [Fact]
    public async Task A_write_that_has_begun_is_finished_whether_or_not_its_caller_still_waits()
    {
        var pace = new TaskCompletionSource();
        _tier.Pace = pace.Task;
        using var caller = new CancellationTokenSource();
        var writing = _cache.SetAsync("key", 1, cancellationToken: caller.Token).AsTask();

        await caller.CancelAsync();
        pace.SetResult();
        await writing;

        (await GetAsync("key", 2)).Should().Be(1);
    }

    [Fact]
    public async Task Two_writes_of_a_key_that_overlap_leave_the_answer_to_the_tier()
    {
        var pace = new TaskCompletionSource();
        _tier.Pace = pace.Task;
        var one = _cache.SetAsync("key", 1).AsTask();
        var two = _cache.SetAsync("key", 2).AsTask();
        pace.SetResult();
        await Task.WhenAll(one, two);
        _tier.Calls.Clear();

        await GetAsync("key", 3);

        _tier.Calls.Should().Equal("read key");
    }

    [Fact]
    public async Task What_another_process_wrote_is_asked_for_again()
    {
        await GetAsync("key", 1);
        await _cache.SetAsync("tagged", 1, tags: ["tag"]);

        _tier.Listener!.Removed("key");
        _tier.Listener.TagRemoved("tag");

        _cache.Explain("key").Should().Contain("removed");
        _cache.Explain("tagged").Should().Contain("removed");
    }

    [Fact]
    public async Task A_write_of_another_process_during_ours_leaves_the_answer_to_the_tier()
    {
        var pace = new TaskCompletionSource();
        _tier.Pace = pace.Task;
        var writing = _cache.SetAsync("key", 1).AsTask();
        _tier.Listener!.Removed("key");
        pace.SetResult();
        await writing;
        _tier.Calls.Clear();

        await GetAsync("key", 2);

        _tier.Calls.Should().Equal("read key");
    }

    [Fact]
    public async Task A_load_that_began_before_a_removal_elsewhere_is_not_kept()
    {
        var slow = new TaskCompletionSource<int>();
        var loading = _cache.GetOrCreateAsync("key", async _ => await slow.Task).AsTask();
        _tier.Listener!.Removed("key");
        slow.SetResult(1);
        await loading;

        _cache.Explain("key").Should().Contain("absent");
    }

    [Fact]
    public async Task When_writes_may_have_gone_unheard_values_are_asked_for_again()
    {
        await GetAsync("key", 1);
        _tier.Listener!.Lost();
        _tier.Listener.Restored();
        _tier.Calls.Clear();

        (await GetAsync("key", 2)).Should().Be(1);

        _tier.Calls.Should().Equal("read key");
    }

    [Fact]
    public async Task While_writes_go_unheard_a_value_is_served_for_a_second()
    {
        _tier.Listener!.Lost();
        await GetAsync("key", 1);
        _tier.Calls.Clear();
        await GetAsync("key", 2);
        _tier.Calls.Should().BeEmpty();

        _clock.Advance(TimeSpan.FromSeconds(1.1));
        await GetAsync("key", 3);

        _tier.Calls.Should().Equal("read key");
    }

    [Fact]
    public async Task Doubt_does_not_take_away_what_stands_in_for_a_failing_factory()
    {
        var options = new TieredEntryOptions { FailSafe = TimeSpan.FromHours(1) };
        await _cache.SetAsync("key", 1, options);
        _tier.Fault = new TimeoutException("no answer");
        _tier.Listener!.Lost();

        var value = await _cache.GetOrCreateAsync(
            "key",
            0,
            static (int _, CacheFactoryContext _, CancellationToken _) =>
                ValueTask.FromException<int>(new InvalidDataException()),
            options
        );

        value.Should().Be(1);
    }

    [Fact]
    public async Task A_serializer_that_fails_fails_its_caller_and_keeps_nothing()
    {
        await FluentActions
            .Awaiting(() => _cache.SetAsync("key", new Unwritable()).AsTask())
            .Should()
            .ThrowAsync<NotSupportedException>();

        (await _cache.TryGetAsync<Unwritable>("key")).HasValue.Should().BeFalse();
    }

    private ValueTask<int> GetAsync(string key, int value) =>
        _cache.GetOrCreateAsync(key, value, static (value, _) => ValueTask.FromResult(value));

    /// <summary>Those of the keys that another process would find.</summary>
    private async Task<List<string>> InTierAsync(params string[] keys)
    {
        using var other = new TieredCache(new TieredCacheOptions(), _tier, _clock);
        var found = new List<string>();
        foreach (var key in keys)
        {
            if ((await other.TryGetAsync<int>(key)).HasValue)
            {
                found.Add(key);
            }
        }

        return found;
    }

    /// <summary>Moves the clock to the next probe until one has succeeded; the test's own time limit bounds it.</summary>
    private async Task ComeBackAsync()
    {
        for (var tries = 0; _cache.Explain("").Contains("away", StringComparison.Ordinal) && tries < 1_000_000; tries++)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }
    }

    private sealed class FaultyLogger : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => throw new InvalidDataException("No room for a log.");
    }

    private sealed class Unwritable
    {
        public static int Value => throw new NotSupportedException();

        public int Own => Value;
    }
}
