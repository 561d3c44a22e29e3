namespace PerfKit.Benchmarks.HitRatio.Sized;

/// <summary>Shares of objects and of bytes that were found, 0 to 1.</summary>
internal readonly record struct SizedHits(double Objects, double Bytes)
{
    /// <summary>Asks a cache for every key of a stream; <paramref name="access"/> says whether it was a hit, and keeps a miss.</summary>
    public static SizedHits Of(SizedStream stream, Func<int, bool> access)
    {
        var (hits, bytes, allBytes) = (0, 0L, 0L);
        foreach (var id in stream.Keys.Ids)
        {
            allBytes += stream.Sizes[id];
            if (access(id))
            {
                hits++;
                bytes += stream.Sizes[id];
            }
        }

        return new SizedHits((double)hits / stream.Keys.Ids.Length, (double)bytes / allBytes);
    }
}
