using Microsoft.Extensions.Time.Testing;

namespace PerfKit.Caching.Tests.Tiers;

/// <summary>What a value is good for behind its end.</summary>
public sealed class TieredStaleTests : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _clock = new();
    private readonly TieredCache _cache;
    private int _calls;

    public TieredStaleTests() => _cache = new TieredCache(new TieredCacheOptions(), timeProvider: _clock);

    public void Dispose() => _cache.Dispose();

    [Fact]
    public async Task Stale_while_revalidate_serves_at_once_and_renews_behind_the_reader()
    {
        var options = new TieredEntryOptions { Expiration = Second, StaleWhileRevalidate = 10 * Second };
        await GetAsync(options);
        _clock.Advance(1.5 * Second);
        var renewed = new TaskCompletionSource<int>();

        var stale = await GetAsync(options, renewed.Task);
        renewed.SetResult(2);

        stale.Should().Be(1);
        (await UntilAsync(options, 2)).Should().Be(2);
        _calls.Should().Be(2);
    }

    [Fact]
    public async Task Stale_while_revalidate_ends_with_its_span()
    {
        var options = new TieredEntryOptions { Expiration = Second, StaleWhileRevalidate = Second };
        await GetAsync(options);
        _clock.Advance(2.5 * Second);

        (await GetAsync(options)).Should().Be(2);
    }

    [Theory]
    [InlineData("key")]
    [InlineData("tag")]
    [InlineData("*")]
    public async Task A_removed_value_is_never_served_stale(string removed)
    {
        var options = new TieredEntryOptions
        {
            Expiration = Second,
            StaleWhileRevalidate = 10 * Second,
            FailSafe = 10 * Second,
        };
        await GetAsync(options);
        _clock.Advance(1.5 * Second);

        await (removed == "key" ? _cache.RemoveAsync("key") : _cache.RemoveByTagAsync(removed));

        await FluentActions
            .Awaiting(() => GetAsync(options, Task.FromException<int>(new InvalidDataException())))
            .Should()
            .ThrowAsync<InvalidDataException>();
        (await GetAsync(options)).Should().Be(3);
    }

    [Fact]
    public async Task Early_refresh_renews_behind_a_reader_of_a_fresh_value()
    {
        var options = new TieredEntryOptions { Expiration = 10 * Second, EarlyRefresh = 0.5 };
        await GetAsync(options);
        _clock.Advance(4 * Second);
        (await GetAsync(options)).Should().Be(1);
        _calls.Should().Be(1);

        _clock.Advance(2 * Second);

        (await GetAsync(options)).Should().Be(1);
        (await UntilAsync(options, 2)).Should().Be(2);
        _calls.Should().Be(2);
    }

    [Fact]
    public async Task Fail_safe_stands_in_for_a_failing_factory_which_is_tried_again_a_second_later()
    {
        var options = new TieredEntryOptions { Expiration = Second, FailSafe = 10 * Second };
        var broken = Task.FromException<int>(new InvalidDataException());
        await GetAsync(options);
        _clock.Advance(1.5 * Second);

        (await GetAsync(options, broken)).Should().Be(1);
        (await GetAsync(options, broken)).Should().Be(1);
        _calls.Should().Be(2, "a value that stands in is held for a second");
        _clock.Advance(1.5 * Second);
        (await GetAsync(options)).Should().Be(3);
    }

    [Fact]
    public async Task Fail_safe_ends_with_its_span()
    {
        var options = new TieredEntryOptions { Expiration = Second, FailSafe = 2 * Second };
        await GetAsync(options);
        _clock.Advance(3.5 * Second);

        await FluentActions
            .Awaiting(() => GetAsync(options, Task.FromException<int>(new InvalidDataException())))
            .Should()
            .ThrowAsync<InvalidDataException>();
    }

    [Fact]
    public async Task A_soft_time_out_gives_the_value_before_and_the_factory_goes_on()
    {
        var options = new TieredEntryOptions
        {
            Expiration = Second,
            FailSafe = 60 * Second,
            SoftTimeout = Second,
        };
        await GetAsync(options);
        _clock.Advance(1.5 * Second);
        var slow = new TaskCompletionSource<int>();

        var waiting = GetAsync(options, slow.Task);
        _clock.Advance(1.5 * Second);
        (await waiting).Should().Be(1);
        slow.SetResult(2);

        (await UntilAsync(options, 2)).Should().Be(2);
        _calls.Should().Be(2);
    }

    [Fact]
    public async Task A_hard_time_out_without_a_value_before_is_an_exception_and_cancels_the_factory()
    {
        var options = new TieredEntryOptions { HardTimeout = Second };
        var cancelled = new TaskCompletionSource();
        var waiting = _cache
            .GetOrCreateAsync(
                "key",
                cancelled,
                static async (cancelled, _, token) =>
                {
                    token.Register(cancelled.SetResult);
                    await cancelled.Task;
                    token.ThrowIfCancellationRequested();
                    return 1;
                },
                options
            )
            .AsTask();

        _clock.Advance(1.5 * Second);

        (await FluentActions.Awaiting(() => waiting).Should().ThrowAsync<TimeoutException>())
            .Which.Message.Should()
            .Contain("'key'")
            .And.Contain("HardTimeout");
        await cancelled.Task;
    }

    [Fact]
    public async Task A_hard_time_out_with_a_value_before_gives_that()
    {
        var options = new TieredEntryOptions
        {
            Expiration = Second,
            FailSafe = 60 * Second,
            HardTimeout = Second,
        };
        await GetAsync(options);
        _clock.Advance(1.5 * Second);

        var waiting = GetAsync(options, new TaskCompletionSource<int>().Task);
        _clock.Advance(1.5 * Second);

        (await waiting).Should().Be(1);
    }

    [Fact]
    public async Task A_conditional_refresh_confirms_the_value_before_with_its_validator()
    {
        var options = new TieredEntryOptions { Expiration = Second, FailSafe = 10 * Second };
        var seen = new List<string?>();
        ValueTask<string> Source(int state, CacheFactoryContext context, CancellationToken token)
        {
            seen.Add(context.ETag);
            context.ETag = "\"v1\"";
            return ValueTask.FromResult(context.TryGetStale<string>(out _) ? context.NotModified<string>() : "body");
        }

        await _cache.GetOrCreateAsync<int, string>("key", 0, Source, options);
        _clock.Advance(1.5 * Second);
        var confirmed = await _cache.GetOrCreateAsync<int, string>("key", 0, Source, options);
        var hit = await _cache.GetOrCreateAsync<int, string>("key", 0, Source, options);

        (confirmed, hit).Should().Be(("body", "body"));
        seen.Should().Equal(null, "\"v1\"");
    }

    [Fact]
    public async Task A_sliding_value_lives_while_it_is_read_and_not_beyond_its_expiration()
    {
        var options = new TieredEntryOptions { Expiration = 10 * Second, SlidingExpiration = 3 * Second };
        await GetAsync(options);
        for (var i = 0; i < 4; i++)
        {
            _clock.Advance(2 * Second);
            (await GetAsync(options)).Should().Be(1);
        }

        _clock.Advance(2.5 * Second);

        (await GetAsync(options)).Should().Be(2);
    }

    [Fact]
    public async Task Jitter_shortens_within_its_share()
    {
        var ends = new HashSet<int>();
        for (var key = 0; key < 200; key++)
        {
            await _cache.SetAsync($"{key}", key, new TieredEntryOptions { Expiration = 10 * Second, Jitter = 0.5 });
        }

        for (var second = 1; second <= 10; second++)
        {
            _clock.Advance(Second);
            for (var key = 0; key < 200; key++)
            {
                if (!(await _cache.TryGetAsync<int>($"{key}")).HasValue && ends.Add(key))
                {
                    second.Should().BeGreaterThanOrEqualTo(5);
                }
            }

            if (second == 7)
            {
                ends.Count.Should().BeInRange(40, 130);
            }
        }

        ends.Should().HaveCount(200);
    }

    private Task<int> GetAsync(TieredEntryOptions options, Task<int>? source = null) =>
        _cache
            .GetOrCreateAsync(
                "key",
                (Tests: this, Source: source),
                static async (state, _, _) =>
                {
                    var call = Interlocked.Increment(ref state.Tests._calls);
                    return state.Source is null ? call : await state.Source;
                },
                options,
                ["tag"]
            )
            .AsTask();

    /// <summary>Reads until the renewal behind the readers has been published; the test's own time limit bounds it.</summary>
    private async Task<int> UntilAsync(TieredEntryOptions options, int expected)
    {
        for (var tries = 0; tries < 1_000_000; tries++)
        {
            var value = await GetAsync(options, new TaskCompletionSource<int>().Task);
            if (value == expected)
            {
                return value;
            }

            await Task.Yield();
        }

        return -1;
    }
}
