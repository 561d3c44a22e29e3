using CsCheck;
using PerfKit.Caching.Internal;

namespace PerfKit.Caching.Tests.Eviction;

public sealed class SizedPolicyTests
{
    [Fact]
    public void A_large_entry_leaves_before_small_ones_that_were_read_as_often()
    {
        var cache = new PolicyCache(new SizedPolicy(1_000), 1_000);
        cache.Put(0, 500);
        for (var key = 1; key <= 50; key++)
        {
            cache.Put(key, 10);
        }

        cache.Put(51, 10);

        cache.Held.Should().NotContainKey(0);
        cache.Held.Should().HaveCount(51);
    }

    [Fact]
    public void A_large_entry_that_is_read_often_enough_for_its_weight_stays()
    {
        var cache = new PolicyCache(new SizedPolicy(1_000), 1_000);
        cache.Put(0, 500);
        for (var key = 1; key <= 50; key++)
        {
            cache.Put(key, 10);
        }

        for (var round = 0; round < 60; round++)
        {
            for (var read = 0; read < 15; read++)
            {
                cache.Access(0);
            }

            cache.Put(100 + round, 10);
        }

        cache.Held.Should().ContainKey(0);
    }

    [Fact]
    public void An_entry_that_was_famous_fades_when_it_is_read_no_more()
    {
        var cache = new PolicyCache(new SizedPolicy(100), 100);
        cache.Put(0, 10);
        for (var read = 0; read < 15; read++)
        {
            cache.Access(0);
        }

        for (var key = 1; key < 1_000; key++)
        {
            cache.Access(key, 10);
        }

        cache.Held.Should().NotContainKey(0);
    }

    [Fact]
    public void What_came_last_leaves_last_however_large()
    {
        var cache = new PolicyCache(new SizedPolicy(1_000), 1_000);
        for (var key = 0; key < 50; key++)
        {
            cache.Put(key, 10);
        }

        cache.Put(100, 500);
        cache.Put(101, 490);

        cache.Held.Keys.Should().HaveCount(3).And.Contain([100, 101]);
    }

    [Fact]
    public void Every_victim_is_the_one_that_a_list_of_priorities_gives() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 40], Gen.Int[1, 100])
            .Array[1, 200]
            .Sample(static steps => new Model().Play(steps), iter: 2_000);

    /// <summary>GDSF over a list but for the newest, a read counted when its entry is looked at.</summary>
    private sealed class Model
    {
        private readonly SizedPolicy _policy = new(0);
        private readonly Dictionary<PolicyNode, (int Frequency, double Priority)> _held = [];
        private PolicyNode? _newest;
        private double _age;

        public bool Play((int Kind, int Pick, int Weight)[] steps)
        {
            foreach (var (kind, pick, weight) in steps)
            {
                if (kind < 2 || _held.Count == 0)
                {
                    Add(new TestNode((uint)_held.Count * 7_919, weight));
                }
                else if (kind < 5)
                {
                    _held.Keys.Append(_newest!).ElementAt(pick % (_held.Count + 1)).Touch();
                }
                else if (!IsRightVictim())
                {
                    return false;
                }
            }

            return true;
        }

        private void Add(TestNode node)
        {
            _policy.Add(node);
            if (_newest is { } old)
            {
                _held[old] = (old.Frequency, _age + ((double)old.Frequency / old.Weight));
            }

            _newest = node;
        }

        private bool IsRightVictim()
        {
            var touches = _held.Keys.ToDictionary(static node => node, static node => (int)node.Touches);
            var victim = _policy.FindVictim(1, 0);
            _policy.Remove(victim);
            while (true)
            {
                var least = _held.MinBy(pair => (pair.Value.Priority, Rank(pair.Key, touches[pair.Key])));
                if (touches[least.Key] == 0)
                {
                    _age = least.Value.Priority;
                    break;
                }

                var frequency = least.Value.Frequency + touches[least.Key];
                touches[least.Key] = 0;
                _held[least.Key] = (frequency, _age + ((double)frequency / least.Key.Weight));
            }

            _held.Remove(victim, out var given); // Of equals any may leave.
            return given.Priority == _age && victim.Touches == 0;
        }

        /// <summary>Of equal priorities any may be looked at first: the list follows the order of the heap.</summary>
        private static int Rank(PolicyNode node, int touches) =>
            touches == 0 ? 1
            : node.Touches == 0 ? 0
            : 2;
    }
}
