using CsCheck;
using PerfKit.Caching.Internal;

namespace PerfKit.Caching.Tests.Table;

public sealed class KeyTableTests
{
    [Fact]
    public void A_table_is_a_dictionary_whatever_the_hashes() =>
        Gen.Select(Gen.Bool, Gen.Select(Gen.Int[0, 40], Gen.Int[0, 60]).Array[1, 200])
            .Sample(static (collide, steps) => IsADictionary(steps, collide ? new Colliding() : null), iter: 2_000);

    [Fact]
    public void A_table_of_text_is_a_dictionary_by_string_and_by_span()
    {
        var table = new KeyTable<string>(null);
        for (var i = 0; i < 500; i++)
        {
            table.Add(new Node<string>(table.Hash($"key {i}"), $"key {i}"));
        }

        for (var i = 0; i < 600; i++)
        {
            var found = table.FindText($"key {i}");
            (found is not null).Should().Be(i < 500);
            table.FindText($"key {i}".AsSpan()).Should().BeSameAs(found);
            table.Find(table.Hash($"key {i}"), $"key {i}").Should().BeSameAs(found);
        }
    }

    [Fact]
    public void Numbers_with_equal_hash_codes_spread_over_the_buckets()
    {
        var table = new KeyTable<long>(null);
        for (var i = 0L; i < 1_024; i++)
        {
            table.Add(new Node<long>(table.Hash((i << 32) | i), (i << 32) | i));
        }

        Chains(table).Max().Should().BeLessThan(12);
    }

    [Fact]
    public void Guids_with_equal_hash_codes_spread_over_the_buckets()
    {
        var table = new KeyTable<Guid>(null);
        for (var i = 0; i < 1_024; i++)
        {
            var key = new Guid(i, 0, 0, 0, 0, 0, 0, (byte)i, (byte)(i >> 8), 0, 0); // Its own hash xors its words.
            table.Add(new Node<Guid>(table.Hash(key), key));
        }

        Chains(table).Max().Should().BeLessThan(12);
    }

    [Fact]
    public void Clear_makes_the_table_small_again()
    {
        var table = new KeyTable<int>(null);
        for (var i = 0; i < 1_000; i++)
        {
            table.Add(new Node<int>(table.Hash(i), i));
        }

        table.Clear();

        table.Buckets.Should().Be(new KeyTable<int>(null).Buckets);
        table.Count.Should().Be(0);
        table.All().Should().BeEmpty();
    }

    private static IEnumerable<int> Chains<TKey>(KeyTable<TKey> table)
        where TKey : notnull =>
        table.Nodes.Select(static first =>
        {
            var length = 0;
            for (var node = first; node is not null; node = node.Next)
            {
                length++;
            }

            return length;
        });

    private static bool IsADictionary((int Kind, int Key)[] steps, IEqualityComparer<int>? comparer)
    {
        var table = new KeyTable<int>(comparer);
        var model = new Dictionary<int, KeyNode<int>>();
        foreach (var (kind, key) in steps)
        {
            Step(table, model, kind, key);
            if (table.Count != model.Count)
            {
                return false;
            }
        }

        return Enumerable.Range(0, 61).All(key => table.Find(table.Hash(key), key) == model.GetValueOrDefault(key))
            && table.All().ToHashSet().SetEquals(model.Values);
    }

    private static void Step(KeyTable<int> table, Dictionary<int, KeyNode<int>> model, int kind, int key)
    {
        var hash = table.Hash(key);
        switch (kind)
        {
            case 0:
                table.Clear();
                model.Clear();
                break;
            case < 15 when model.Remove(key, out var gone):
                table.Remove(gone);
                break;
            case < 15:
                break;
            default:
                var node = new Node<int>(hash, key);
                if (model.TryGetValue(key, out var old))
                {
                    table.Replace(old, node);
                }
                else
                {
                    table.Add(node);
                }

                model[key] = node;
                break;
        }
    }

    private sealed class Node<TKey>(uint hash, TKey key) : KeyNode<TKey>(hash, key, 1, long.MaxValue);

    private sealed class Colliding : IEqualityComparer<int>
    {
        public bool Equals(int x, int y) => x == y;

        public int GetHashCode(int value) => value % 2;
    }
}
