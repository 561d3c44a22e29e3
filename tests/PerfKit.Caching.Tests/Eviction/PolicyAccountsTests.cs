using CsCheck;
using PerfKit.Caching.Internal;

namespace PerfKit.Caching.Tests.Eviction;

/// <summary>Every order knows exactly what it holds, whatever comes and goes.</summary>
public sealed class PolicyAccountsTests
{
    private const int Capacity = 60;

    private static readonly Gen<(int Kind, int Key, int Weight)[]> Histories = Gen.Select(
        Gen.Int[0, 9],
        Gen.Int[0, 50],
        Gen.Int[1, 20]
    ).Array[1, 300];

    [Fact]
    public void The_adaptive_order_holds_every_entry_once_with_exact_count_and_weight() =>
        Histories.Sample(static history => IsExact(new RegionPolicy(Capacity), history), iter: 2_000);

    [Fact]
    public void Every_plan_holds_every_entry_once_with_exact_count_and_weight() =>
        Gen.Select(Gen.Int[0, RegionPlan.All.Length - 1], Histories)
            .Sample(
                static (plan, history) => IsExact(new RegionPolicy(Capacity, RegionPlan.All[plan]), history),
                iter: 2_000
            );

    [Fact]
    public void The_size_aware_order_holds_every_entry_once_with_exact_count_and_weight() =>
        Histories.Sample(static history => IsExact(new SizedPolicy(Capacity), history), iter: 2_000);

    [Fact]
    public void A_hash_of_zero_is_as_good_as_any()
    {
        var policy = new RegionPolicy(10);
        var node = new TestNode(0);

        policy.Add(node);
        policy.Record(0);

        policy.FindVictim(1, 0).Should().BeSameAs(node);
    }

    private static bool IsExact(EvictionPolicy policy, (int Kind, int Key, int Weight)[] history)
    {
        var cache = new PolicyCache(policy, Capacity);
        foreach (var (kind, key, weight) in history)
        {
            switch (kind)
            {
                case 0:
                    cache.Remove(key);
                    break;
                case 1:
                    cache.Put(key, weight);
                    break;
                default:
                    cache.Access(key, weight);
                    break;
            }

            var held = cache.Held.Values;
            if (policy.Count != held.Count() || policy.Weight != held.Sum(static node => node.Weight))
            {
                return false;
            }
        }

        return policy.Weight <= Capacity && Drained(policy).SetEquals(cache.Held.Values);
    }

    /// <summary>Gives every victim until nothing is left; each must come once.</summary>
    private static HashSet<PolicyNode> Drained(EvictionPolicy policy)
    {
        var victims = new HashSet<PolicyNode>();
        while (policy.Count > 0)
        {
            var victim = policy.FindVictim(1, 0);
            policy.Remove(victim);
            victims.Add(victim).Should().BeTrue();
        }

        policy.Weight.Should().Be(0);
        return victims;
    }
}
