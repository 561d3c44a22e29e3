using System.Collections.Concurrent;
using PerfKit.Benchmarks.HitRatio.Policies;

namespace PerfKit.Benchmarks.HitRatio.Sized;

/// <summary>Hits of one sized load at one bound.</summary>
internal sealed record SizedPoint(string Load, long CapacityBytes, SizedHits Ours, SizedHits Gdsf, SizedHits Lru)
{
    /// <summary>The subject's object hits minus those of GDSF, in points.</summary>
    public double LeadPoints => 100 * (Ours.Objects - Gdsf.Objects);
}

/// <summary>Runs the caches that are bounded in bytes.</summary>
internal static class SizedLab
{
    public static IReadOnlyList<SizedPoint> Run(
        IReadOnlyList<SizedLoad> loads,
        CancellationToken cancellationToken = default
    )
    {
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = Environment.ProcessorCount,
            CancellationToken = cancellationToken,
        };
        var points = new ConcurrentDictionary<string, SizedPoint[]>();
        Parallel.ForEach(
            Partitioner.Create(loads, EnumerablePartitionerOptions.NoBuffering),
            options,
            load =>
            {
                var stream = load.Generate();
                points[load.Name] = [.. load.CapacitiesBytes.Select(c => At(load.Name, stream, c))];
            }
        );
        return [.. loads.SelectMany(l => points[l.Name])];
    }

    private static SizedPoint At(string load, SizedStream stream, long capacityBytes) =>
        new(
            load,
            capacityBytes,
            OursOf(stream, capacityBytes),
            Gdsf.Hits(stream, capacityBytes),
            LruByBytes.Hits(stream, capacityBytes)
        );

    private static SizedHits OursOf(SizedStream stream, long capacityBytes)
    {
        var cache = Subject.OfBytes(capacityBytes);
        return SizedHits.Of(
            stream,
            id =>
            {
                var key = KeyStream.KeyOf(id);
                if (cache.TryGet(key, out _))
                {
                    return true;
                }

                cache.Set(key, stream.Sizes[id]);
                return false;
            }
        );
    }
}
