using PerfKit.Caching.Internal;

namespace PerfKit.Caching.Tests.Eviction;

/// <summary>What the adaptive order keeps under kinds of load where a plain order fails.</summary>
public sealed class RegionPolicyTests
{
    private const int Capacity = 1_000;
    private const int Hot = 500;

    private readonly PolicyCache _cache = new(new RegionPolicy(Capacity), Capacity);
    private readonly Random _random = new(1);

    [Fact]
    public void A_hot_set_survives_a_scan_of_many_times_the_capacity()
    {
        _cache.HitShare(HotReads(20_000));

        _cache.HitShare(Enumerable.Range(1_000_000, 10 * Capacity));

        _cache.HitShare(Enumerable.Range(0, Hot)).Should().BeGreaterThan(0.9);
    }

    [Fact]
    public void A_hot_set_is_served_while_a_scan_passes()
    {
        _cache.HitShare(HotReads(20_000));
        var scan = 1_000_000;
        var hits = 0;

        for (var i = 0; i < 20_000; i++)
        {
            hits += _cache.Access(_random.Next(Hot)) ? 1 : 0;
            _cache.HitShare(Enumerable.Range(scan += 4, 4)); // Least recently used: the hot key is 2,500 keys old.
        }

        hits.Should().BeGreaterThan(18_000);
    }

    [Fact]
    public void A_loop_longer_than_the_cache_still_hits()
    {
        var loop = Enumerable.Range(0, 60 * Capacity).Select(static i => i % (Capacity * 3 / 2)).ToList();

        _cache.HitShare(loop);

        _cache.HitShare(loop).Should().BeGreaterThan(0.4, "by recency alone it is 0, at best two thirds");
    }

    [Fact]
    public void A_moving_working_set_is_followed()
    {
        var moving = Enumerable.Range(0, 200_000).Select(i => (i / 10) + _random.Next(Capacity * 3 / 4)).ToList();

        _cache.HitShare(moving).Should().BeGreaterThan(0.85, "a key in ten is new");
    }

    [Fact]
    public void A_hot_set_that_is_exchanged_is_learned()
    {
        _cache.HitShare(HotReads(50_000));

        _cache.HitShare(HotReads(20_000).Select(static key => key + 5_000));

        _cache.HitShare(HotReads(5_000).Select(static key => key + 5_000)).Should().BeGreaterThan(0.95);
    }

    [Fact]
    public void A_victim_is_found_in_bounded_steps_when_every_entry_was_read()
    {
        var policy = new RegionPolicy(Capacity);
        var cache = new PolicyCache(policy, Capacity);
        for (var key = 0; key < 2 * Capacity; key++)
        {
            cache.Access(key % Capacity);
        }

        policy.FindVictim(1, 0);

        cache.Held.Values.Count(static node => node.Touches == 0).Should().BeInRange(1, 200);
    }

    [Fact]
    public void An_expired_entry_leaves_before_one_that_is_alive()
    {
        var policy = new RegionPolicy(3, new RegionPlan(1));
        var expired = new TestNode(1, expiresAtMilliseconds: 5);
        expired.Touch();
        policy.Add(expired);
        policy.Add(new TestNode(2));

        policy.FindVictim(1, 5).Should().BeSameAs(expired);
    }

    private IEnumerable<int> HotReads(int count) => Enumerable.Range(0, count).Select(_ => _random.Next(Hot));
}
