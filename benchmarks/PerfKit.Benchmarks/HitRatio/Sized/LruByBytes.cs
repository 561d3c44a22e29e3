using PerfKit.Benchmarks.HitRatio.Policies;

namespace PerfKit.Benchmarks.HitRatio.Sized;

/// <summary>Evicts what was used longest ago until the newcomer fits.</summary>
internal static class LruByBytes
{
    public static SizedHits Hits(SizedStream stream, long capacityBytes)
    {
        var resident = new IdList(stream.Keys.Distinct);
        var bytes = 0L;
        return SizedHits.Of(stream, Access);

        bool Access(int id)
        {
            if (resident.Contains(id))
            {
                resident.Remove(id);
                resident.Add(id);
                return true;
            }

            var size = stream.Sizes[id];
            if (size <= capacityBytes)
            {
                for (bytes += size; bytes > capacityBytes; )
                {
                    bytes -= stream.Sizes[resident.TakeOldest()];
                }

                resident.Add(id);
            }

            return false;
        }
    }
}
