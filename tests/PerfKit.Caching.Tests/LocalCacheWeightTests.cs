namespace PerfKit.Caching.Tests;

public sealed class LocalCacheWeightTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_capacity_of_one_holds_the_last_value_put(bool sized)
    {
        var cache = new LocalCache<int, int>(new LocalCacheOptions { Capacity = 1, SizeAware = sized });
        for (var key = 0; key < 100; key++)
        {
            cache.Set(key, key);

            cache.TryGet(key, out _).Should().BeTrue();
            cache.GetStatistics().Entries.Should().Be(1);
        }
    }

    [Fact]
    public void A_weigher_that_throws_leaves_what_was_there()
    {
        var cache = Weighed(static (_, value) => value < 0 ? throw new FormatException() : value);
        cache.Set(1, 5);

        cache.Invoking(c => c.Set(1, -1)).Should().Throw<FormatException>();
        cache.Invoking(c => c.TryReplace(1, -1, 5)).Should().Throw<FormatException>();

        cache.GetOrDefault(1).Should().Be(5);
        cache.GetStatistics().Weight.Should().Be(5);
    }

    [Fact]
    public void A_weigher_that_says_something_else_each_time_does_not_disturb_the_account()
    {
        var random = new Random(1);
        var cache = Weighed((_, _) => random.NextInt64(0, 40));
        for (var i = 0; i < 10_000; i++)
        {
            cache.Set(i % 37, i);
            cache.GetStatistics().Weight.Should().BeInRange(0, 100);
            if (i % 5 == 0)
            {
                cache.Remove(i % 11);
            }
        }

        Enumerable.Range(0, 37).ToList().ForEach(key => cache.Remove(key));

        cache.GetStatistics().Should().BeEquivalentTo(new { Entries = 0L, Weight = 0L });
    }

    [Theory]
    [InlineData(101)]
    [InlineData(long.MaxValue)]
    public void A_weight_above_the_bound_is_refused_and_nothing_else_leaves(long weight)
    {
        var cache = Weighed((key, _) => key == 0 ? weight : 10);
        Enumerable.Range(1, 10).ToList().ForEach(key => cache.Set(key, key));

        cache.Set(0, 0);

        cache
            .GetStatistics()
            .Should()
            .BeEquivalentTo(
                new
                {
                    Entries = 10L,
                    Weight = 100L,
                    Evictions = 0L,
                }
            );
        cache.TryGet(0, out _).Should().BeFalse();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_value_that_weighs_the_whole_bound_takes_it(bool sized)
    {
        var options = new LocalCacheOptions { Capacity = 100, SizeAware = sized };
        var cache = new LocalCache<int, int>(options, static (key, _) => key == 0 ? 100 : 10);
        Enumerable.Range(1, 10).ToList().ForEach(key => cache.Set(key, key));

        cache.Set(0, 0);

        cache.TryGet(0, out _).Should().BeTrue();
        cache.GetStatistics().Should().BeEquivalentTo(new { Entries = 1L, Weight = 100L });
    }

    private static LocalCache<int, int> Weighed(Func<int, int, long> weigher) =>
        new(new LocalCacheOptions { Capacity = 100 }, weigher);
}
