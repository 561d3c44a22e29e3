using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Time.Testing;

namespace PerfKit.Caching.Tests;

public sealed partial class LocalCacheExpiryTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void A_read_extends_a_sliding_expiry_up_to_the_time_to_live()
    {
        var cache = Create(timeToLive: 25, sliding: 10);
        cache.Set(1, 1);

        Advance(9);
        cache.TryGet(1, out _).Should().BeTrue();
        Advance(9);
        cache.GetOrAdd(1, 0, static (_, _) => -1).Should().Be(1);
        Advance(6.9);
        cache.TryGet(1, out _).Should().BeTrue();
        Advance(0.1);

        cache.TryGet(1, out _).Should().BeFalse("25 seconds are its whole life");
    }

    [Fact]
    public void A_sliding_entry_that_nobody_reads_expires_after_its_span()
    {
        var cache = Create(timeToLive: null, sliding: 10);
        cache.Set(1, 1);

        Advance(10);

        cache.TryGet(1, out _).Should().BeFalse();
        cache.GetStatistics().Expirations.Should().Be(1);
    }

    [Fact]
    public void Explain_and_a_failing_TryReplace_do_not_extend_a_sliding_expiry()
    {
        var cache = Create(timeToLive: null, sliding: 10);
        cache.Set(1, 1);
        Advance(9);

        cache.Explain(1);
        cache.TryReplace(1, 2, expected: 3).Should().BeFalse();
        Advance(1);

        cache.TryGet(1, out _).Should().BeFalse();
    }

    [Fact]
    public void A_lifetime_of_its_own_goes_before_the_options()
    {
        var cache = Create(timeToLive: 10, sliding: null);
        cache.Set(1, 1, new CacheLifetime(TimeSpan.FromSeconds(5)));
        cache.Set(2, 2, new CacheLifetime(TimeSpan.MaxValue));
        cache.Set(3, 3, new CacheLifetime(TimeSpan.FromDays(5_000_000), TimeSpan.MaxValue));
        cache.Set(4, 4, new CacheLifetime(SlidingExpiration: TimeSpan.FromSeconds(2)));
        cache.Set(5, 5);

        Advance(5);
        Present(cache).Should().Equal(2, 3, 5);
        Advance(1_000_000);

        Present(cache).Should().Equal(2, 3);
    }

    [Fact]
    public void A_lifetime_of_zero_does_not_keep_the_value_nor_the_one_before()
    {
        var cache = Create(timeToLive: 10, sliding: null);
        cache.Set(1, 1);

        cache.Set(1, 2, new CacheLifetime(TimeSpan.Zero));

        cache.TryGet(1, out _).Should().BeFalse();
        cache.Explain(1).Should().Be("'1' is absent: its lifetime was zero.");
        cache.GetStatistics().Weight.Should().Be(0);
    }

    [Theory]
    [InlineData(-1.0, null, "*TimeToLive is -00:00:00.0010000 but must be zero or at least 1 ms*")]
    [InlineData(0.5, null, "*TimeToLive is 00:00:00.0005000 but must be zero or at least 1 ms*")]
    [InlineData(null, 0.0, "*SlidingExpiration is 00:00:00 but must be at least 1 ms*")]
    [InlineData(null, -1.0, "*SlidingExpiration is -00:00:00.0010000 but must be at least 1 ms*")]
    public void A_lifetime_out_of_range_is_refused_with_a_sentence(double? live, double? sliding, string sentence)
    {
        var lifetime = new CacheLifetime(Milliseconds(live), Milliseconds(sliding));
        var rules = new LocalCacheRules<int, int> { Lifetime = (_, _) => lifetime, TimeProvider = _clock };
        var cache = new LocalCache<int, int>(new LocalCacheOptions(), rules);

        cache.Invoking(c => c.Set(1, 1, lifetime)).Should().Throw<ArgumentOutOfRangeException>().WithMessage(sentence);
        cache.Invoking(c => c.Set(7, 1)).Should().Throw<InvalidOperationException>().WithMessage($"{sentence}'7'.");
        cache.GetStatistics().Entries.Should().Be(0);
    }

    [Fact]
    public async Task The_lifetime_rule_decides_for_Set_TryReplace_and_loads()
    {
        var rules = new LocalCacheRules<int, int>
        {
            Lifetime = static (_, value) => new CacheLifetime(TimeSpan.FromSeconds(value)),
            TimeProvider = _clock,
        };
        var cache = new LocalCache<int, int>(new LocalCacheOptions(), rules);
        cache.Set(1, 1);
        cache.Set(2, 1);
        cache.TryReplace(2, 3, expected: 1).Should().BeTrue();
        await cache.GetOrAddAsync(3, 0, static (_, _, _) => new ValueTask<int>(3));
        cache.GetOrAdd(4, 0, static (_, _) => 1);

        (await cache.GetOrAddAsync(5, 0, static (_, _, _) => new ValueTask<int>(0))).Should().Be(0);

        Present(cache).Should().Equal(1, 2, 3, 4);
        Advance(1);
        Present(cache).Should().Equal(2, 3);
    }

    [Fact]
    public void Jitter_shortens_lives_by_up_to_its_share_and_spreads_them()
    {
        var options = new LocalCacheOptions { TimeToLive = TimeSpan.FromSeconds(10), Jitter = 0.2 };
        var cache = new LocalCache<int, int>(options, timeProvider: _clock);

        var lives = Enumerable
            .Range(0, 1_000)
            .Select(key =>
            {
                cache.Set(key, key);
                return int.Parse(ExpiresIn().Match(cache.Explain(key)).Groups[1].Value, CultureInfo.InvariantCulture);
            })
            .ToList();

        lives.Should().OnlyContain(static life => life >= 8_000 && life <= 10_000);
        lives.Distinct().Count().Should().BeGreaterThan(600);
        lives.Average().Should().BeInRange(8_900, 9_100);
    }

    [Fact]
    public void Jitter_leaves_at_least_a_millisecond_of_a_life()
    {
        var options = new LocalCacheOptions { TimeToLive = TimeSpan.FromMilliseconds(1), Jitter = 0.9 };
        var cache = new LocalCache<int, int>(options, timeProvider: _clock);
        Enumerable.Range(0, 10).ToList().ForEach(key => cache.Set(key, key));

        Present(cache).Should().HaveCount(9);
    }

    [Fact]
    public void Writes_sweep_out_expired_entries_that_nobody_asks_for()
    {
        var cache = Create(timeToLive: 1, sliding: null, capacity: 100_000);
        Enumerable.Range(0, 5_000).ToList().ForEach(key => cache.Set(key, key));
        Advance(2);

        for (var i = 0; i < 300; i++)
        {
            Advance(0.05);
            cache.Set(-1, i);
        }

        cache.GetStatistics().Entries.Should().Be(1);
        cache.GetStatistics().Expirations.Should().Be(5_000);
    }

    [Fact]
    public void An_entry_of_the_systems_clock_expires_soon_after_its_time()
    {
        var cache = new LocalCache<int, int>(new LocalCacheOptions { TimeToLive = TimeSpan.FromMilliseconds(50) });

        // The best of some tries, because a busy machine may leave this thread without time.
        var best = Enumerable.Range(0, 5).Select(_ => Lived(cache)).Min();

        best.Should().BeInRange(30, 150);
    }

    private static double Lived(LocalCache<int, int> cache)
    {
        var started = Stopwatch.GetTimestamp();
        cache.Set(1, 1);
        SpinWait.SpinUntil(() => !cache.TryGet(1, out _), TimeSpan.FromSeconds(10)).Should().BeTrue();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private LocalCache<int, int> Create(double? timeToLive, double? sliding, long capacity = 100) =>
        new(
            new LocalCacheOptions
            {
                Capacity = capacity,
                TimeToLive = Milliseconds(1_000 * timeToLive),
                SlidingExpiration = Milliseconds(1_000 * sliding),
            },
            timeProvider: _clock
        );

    private void Advance(double seconds) => _clock.Advance(TimeSpan.FromSeconds(seconds));

    private static TimeSpan? Milliseconds(double? value) =>
        value is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null;

    private static List<int> Present(LocalCache<int, int> cache) =>
        Enumerable.Range(1, 9).Where(key => cache.TryGet(key, out _)).ToList();

    [GeneratedRegex("expires in ([0-9]+) ms")]
    private static partial Regex ExpiresIn();
}
