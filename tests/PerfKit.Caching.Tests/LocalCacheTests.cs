using Microsoft.Extensions.Time.Testing;

namespace PerfKit.Caching.Tests;

public sealed class LocalCacheTests
{
    [Fact]
    public void TryGet_after_Set_finds_the_value()
    {
        var cache = Create<int, string>(10);

        cache.Set(1, "one");

        cache.TryGet(1, out var value).Should().BeTrue();
        value.Should().Be("one");
        cache.TryGet(2, out _).Should().BeFalse();
    }

    [Fact]
    public void TryGet_finds_a_null_value()
    {
        var cache = Create<int, string?>(10);

        cache.Set(1, null);

        cache.TryGet(1, out var value).Should().BeTrue();
        value.Should().BeNull();
    }

    [Fact]
    public void Set_beyond_the_capacity_evicts_the_oldest_unread_entry()
    {
        var cache = Create<int, int>(3);
        cache.Set(1, 1);
        cache.Set(2, 2);
        cache.Set(3, 3);
        cache.TryGet(1, out _);

        cache.Set(4, 4);

        Present(cache, 5).Should().Equal(1, 3, 4);
        cache.GetStatistics().Evictions.Should().Be(1);
    }

    [Fact]
    public void Set_when_every_entry_was_read_clears_the_marks_and_evicts_the_oldest()
    {
        var cache = Create<int, int>(3);
        for (var key = 1; key <= 3; key++)
        {
            cache.Set(key, key);
            cache.TryGet(key, out _);
        }

        cache.Set(4, 4);

        cache.TryGet(1, out _).Should().BeFalse();
    }

    [Fact]
    public void The_eviction_hand_goes_on_from_where_it_stopped()
    {
        var cache = Create<int, int>(3);
        cache.Set(1, 1);
        cache.Set(2, 2);
        cache.Set(3, 3);
        cache.TryGet(1, out _); // The hand clears 1's mark, takes 2 and stands at 3.
        cache.Set(4, 4);

        cache.Set(5, 5);

        Present(cache, 6).Should().Equal(1, 4, 5);
    }

    [Fact]
    public void Set_heavier_than_the_capacity_keeps_nothing_and_drops_the_old_value()
    {
        var cache = new LocalCache<int, string>(new LocalCacheOptions { Capacity = 3 }, static (_, v) => v.Length);
        cache.Set(1, "abc");

        cache.Set(1, "abcd");

        cache.TryGet(1, out _).Should().BeFalse();
        cache.GetStatistics().Weight.Should().Be(0);
        cache.Explain(1).Should().Contain("weighed more than the whole capacity of 3");
    }

    [Fact]
    public void Set_with_a_weight_of_zero_counts_as_one_so_that_the_number_is_bounded()
    {
        var cache = new LocalCache<int, string>(new LocalCacheOptions { Capacity = 3 }, static (_, v) => v.Length);

        for (var key = 0; key < 10; key++)
        {
            cache.Set(key, "");
        }

        cache.GetStatistics().Entries.Should().Be(3);
    }

    [Fact]
    public void Set_with_a_negative_weight_throws_a_sentence_with_the_key()
    {
        var cache = new LocalCache<int, string>(new LocalCacheOptions(), static (_, _) => -1);

        var set = () => cache.Set(7, "x");

        set.Should().Throw<InvalidOperationException>().WithMessage("*-1 for key '7'*");
    }

    [Fact]
    public void TryGet_after_the_time_to_live_finds_nothing()
    {
        var clock = new FakeTimeProvider();
        var options = new LocalCacheOptions { TimeToLive = TimeSpan.FromSeconds(10) };
        var cache = new LocalCache<int, int>(options, timeProvider: clock);
        cache.Set(1, 1);

        clock.Advance(TimeSpan.FromMilliseconds(9_999));
        cache.TryGet(1, out _).Should().BeTrue();
        clock.Advance(TimeSpan.FromMilliseconds(1));

        cache.Explain(1).Should().Be("'1' is absent: it expired 0 ms ago.");
        cache.TryGet(1, out _).Should().BeFalse();
        cache.Explain(1).Should().Be("'1' is absent: it expired.");
        cache.Remove(1).Should().BeFalse();
    }

    [Fact]
    public void Set_beyond_the_capacity_evicts_an_expired_entry_even_when_it_was_read()
    {
        var clock = new FakeTimeProvider();
        var options = new LocalCacheOptions { Capacity = 2, TimeToLive = TimeSpan.FromSeconds(10) };
        var cache = new LocalCache<int, int>(options, timeProvider: clock);
        cache.Set(1, 1);
        cache.TryGet(1, out _);
        clock.Advance(TimeSpan.FromSeconds(6));
        cache.Set(2, 2);
        clock.Advance(TimeSpan.FromSeconds(6));

        cache.Set(3, 3);

        Present(cache, 4).Should().Equal(2, 3);
    }

    [Fact]
    public void Remove_and_Clear_empty_the_cache()
    {
        var cache = Create<int, int>(10);
        cache.Set(1, 1);
        cache.Set(2, 2);
        cache.Set(3, 3);

        cache.Remove(1).Should().BeTrue();
        cache.Remove(1).Should().BeFalse();
        cache.Clear();

        Present(cache, 4).Should().BeEmpty();
        cache.GetStatistics().Should().BeEquivalentTo(new { Entries = 0L, Weight = 0L });
    }

    [Fact]
    public async Task GetStatistics_counts_hits_and_misses()
    {
        var cache = Create<int, int>(10);

        cache.TryGet(1, out _);
        await cache.GetOrAddAsync(1, 0, static (key, _, _) => new ValueTask<int>(key));
        await cache.GetOrAddAsync(1, 0, static (key, _, _) => new ValueTask<int>(key));
        cache.TryGet(1, out _);

        cache.GetStatistics().Should().Be(new LocalCacheStatistics(2, 2, 0, 0, 0, 1, 1, 10));
    }

    [Fact]
    public void Explain_says_why_a_key_is_present_or_absent()
    {
        var cache = Create<string, int>(1);
        cache.Set("a", 1);

        cache.Explain("a").Should().StartWith("'a' is present: weighs 1 of 1, does not expire, was not read");
        cache.Set("b", 1);
        cache.Explain("a").Should().Be("'a' is absent: it was evicted to make room.");
        cache.Remove("b");
        cache.Explain("b").Should().Be("'b' is absent: it was removed.");
        cache.Explain("c").Should().StartWith("'c' is absent: it was never put");
    }

    [Fact]
    public void The_debugger_view_shows_the_entries()
    {
        var cache = Create<int, string>(10);
        cache.Set(1, "one");

        var view = new Internal.LocalCacheDebugView<int, string>(cache);

        view.Entries.Should().ContainSingle().Which.Should().Be(KeyValuePair.Create(1, "one"));
        view.Statistics.Entries.Should().Be(1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData((1L << 40) + 1)]
    public void Constructor_with_a_capacity_out_of_range_names_key_value_and_range(long capacity)
    {
        var create = () => Create<int, int>(capacity);

        create.Should().Throw<ArgumentException>().WithMessage($"*Capacity is {capacity} but must be between 1 and*");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    [InlineData(4_000 * 86_400L)]
    public void Constructor_with_a_time_to_live_out_of_range_names_key_value_and_range(long seconds)
    {
        var options = new LocalCacheOptions { TimeToLive = TimeSpan.FromSeconds(seconds) };

        var create = () => new LocalCache<int, int>(options);

        create.Should().Throw<ArgumentException>().WithMessage("*TimeToLive is * but must be between 00:00:00.001*");
    }

    internal static LocalCache<TKey, TValue> Create<TKey, TValue>(long capacity)
        where TKey : notnull => new(new LocalCacheOptions { Capacity = capacity });

    private static List<int> Present(LocalCache<int, int> cache, int below) =>
        Enumerable.Range(0, below).Where(key => cache.TryGet(key, out _)).ToList();
}
