using PerfKit.Caching.Internal;

namespace PerfKit.Caching.Tests.Eviction;

public sealed class PlanAdvisorTests
{
    private const int Capacity = 1_000;
    private const int Accesses = 200_000;

    private readonly PlanAdvisor _advisor = new();
    private readonly Random _random = new(1);

    [Fact]
    public void A_loop_longer_than_the_cache_calls_for_frequency() =>
        Advice(static i => i % (Capacity * 3 / 2))!.Value.WindowShare.Should().BeLessThanOrEqualTo(0.1);

    [Fact]
    public void A_moving_working_set_calls_for_recency()
    {
        var plan = Advice(i => (i / 4) + _random.Next(Capacity * 3 / 4))!.Value;

        (plan.WindowShare >= 0.4 || plan.IsQuick).Should().BeTrue("{0} was advised", plan);
    }

    [Fact]
    public void A_load_that_changes_its_kind_changes_the_advice()
    {
        var before = Advice(static i => i % (Capacity * 3 / 2));
        var after = Advice(i => 1_000_000 + (i / 4) + _random.Next(Capacity * 3 / 4));

        after.Should().NotBe(before);
    }

    [Fact]
    public void A_cache_too_small_to_simulate_gets_no_advice()
    {
        _advisor.Suits(31).Should().BeTrue("there is nothing to start");
        _advisor.Suits(32).Should().BeFalse();

        _advisor.SampleMask.Should().Be(EvictionPolicy.NoSample);
        _advisor.Record(0).Should().BeNull();
    }

    [Fact]
    public void Clear_forgets_the_simulations()
    {
        Advice(static i => i % Capacity);

        _advisor.Clear();

        _advisor.SampleMask.Should().Be(EvictionPolicy.NoSample);
        _advisor.Record(0).Should().BeNull();
    }

    private RegionPlan? Advice(Func<int, int> key)
    {
        RegionPlan? plan = null;
        if (!_advisor.Suits(Capacity))
        {
            _advisor.Start(
                Capacity,
                mask => [.. Enumerable.Range(0, Capacity).Select(PolicyCache.Hash).Where(hash => (hash & mask) == 0)]
            );
        }

        for (var i = 0; i < Accesses; i++)
        {
            var hash = PolicyCache.Hash(key(i));
            if ((hash & _advisor.SampleMask) == 0)
            {
                plan = _advisor.Record(hash);
            }
        }

        return plan;
    }
}
