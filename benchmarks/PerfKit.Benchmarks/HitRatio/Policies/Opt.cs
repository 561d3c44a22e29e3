namespace PerfKit.Benchmarks.HitRatio.Policies;

/// <summary>
/// Belady's MIN: knows the future and evicts what is used last or never again. Every miss is kept (no bypass), as in all
/// the caches it is compared with, so none of them can beat it.
/// </summary>
internal static class Opt
{
    private const int Never = int.MaxValue;

    public static int Hits(KeyStream stream, int capacity)
    {
        var nextUses = NextUses(stream);
        var nextUseOf = new int[stream.Distinct]; // 0: not resident.
        var farthest = new PriorityQueue<int, int>(); // Also holds uses that are past; they no longer match nextUseOf.
        var (hits, count) = (0, 0);
        for (var i = 0; i < stream.Ids.Length; i++)
        {
            var id = stream.Ids[i];
            if (nextUseOf[id] != 0)
            {
                hits++;
            }
            else if (count++ == capacity)
            {
                EvictFarthest(nextUseOf, farthest);
                count--;
            }

            nextUseOf[id] = nextUses[i];
            farthest.Enqueue(id, -nextUses[i]);
        }

        return hits;
    }

    private static void EvictFarthest(int[] nextUseOf, PriorityQueue<int, int> farthest)
    {
        while (farthest.TryDequeue(out var id, out var use))
        {
            if (nextUseOf[id] == -use)
            {
                nextUseOf[id] = 0;
                return;
            }
        }
    }

    private static int[] NextUses(KeyStream stream)
    {
        var nextUses = new int[stream.Ids.Length];
        var seen = new int[stream.Distinct];
        Array.Fill(seen, Never);
        for (var i = stream.Ids.Length - 1; i >= 0; i--)
        {
            var id = stream.Ids[i];
            nextUses[i] = seen[id];
            seen[id] = i;
        }

        return nextUses;
    }
}
