namespace PerfKit.Benchmarks.HitRatio.Policies;

/// <summary>Evicts what was used longest ago.</summary>
internal static class Lru
{
    public static int Hits(KeyStream stream, int capacity)
    {
        var resident = new IdList(stream.Distinct);
        var hits = 0;
        foreach (var id in stream.Ids)
        {
            if (resident.Contains(id))
            {
                hits++;
                resident.Remove(id);
            }
            else if (resident.Count == capacity)
            {
                resident.TakeOldest();
            }

            resident.Add(id);
        }

        return hits;
    }
}
