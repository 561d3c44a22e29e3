using PerfKit.Caching.Internal;

namespace PerfKit.Caching.Tests.Table;

/// <summary>Readers without a lock beside a writer: bounded, seeded, on real threads.</summary>
public sealed class KeyTableReadersTests
{
    private const int Rounds = 60;
    private const int Stay = 24; // Keys that are never removed, only replaced.
    private const int Come = 4_096; // Keys that make the table grow.

    [Fact]
    public async Task A_reader_never_misses_a_present_key_while_the_table_grows_shrinks_and_replaces()
    {
        var missed = 0L;
        for (var round = 0; round < Rounds; round++)
        {
            missed += await MissedAsync(round);
        }

        missed.Should().Be(0);
    }

    private static async Task<long> MissedAsync(int seed)
    {
        var table = new KeyTable<int>(null);
        for (var key = 0; key < Stay; key++)
        {
            table.Add(new Node(table.Hash(key), key));
        }

        var isDone = false;
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(Read)).ToList();
        Write(table, new Random(seed));
        Volatile.Write(ref isDone, true);
        return (await Task.WhenAll(readers)).Sum();

        long Read()
        {
            var missed = 0L;
            while (!Volatile.Read(ref isDone))
            {
                for (var key = 0; key < Stay; key++)
                {
                    missed += table.Find(table.Hash(key), key) is { } node && node.Key == key ? 0 : 1;
                }
            }

            return missed;
        }
    }

    private static void Write(KeyTable<int> table, Random random)
    {
        for (var key = Stay; key < Come; key++)
        {
            table.Add(new Node(table.Hash(key), key));
            var replaced = random.Next(Stay);
            table.Replace(table.Find(table.Hash(replaced), replaced)!, new Node(table.Hash(replaced), replaced));
            if (random.Next(8) == 0)
            {
                var removed = random.Next(Stay, key + 1);
                if (table.Find(table.Hash(removed), removed) is { } node)
                {
                    table.Remove(node);
                }
            }
        }
    }

    private sealed class Node(uint hash, int key) : KeyNode<int>(hash, key, 1, long.MaxValue);
}
