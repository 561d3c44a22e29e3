using System.Collections.Concurrent;
using PerfKit.Benchmarks.HitRatio.Loads;
using PerfKit.Benchmarks.HitRatio.Policies;

namespace PerfKit.Benchmarks.HitRatio;

/// <summary>Runs every policy over loads at their capacities, each run on one thread, as many at a time as there are processors.</summary>
internal static class RatioLab
{
    public const string Optimum = "OPT";
    public const string BitFasterLru = "BitLru";
    public const string BitFasterLfu = "BitLfu";
    public const string Ours = "ours";

    public static readonly string[] Others = ["LRU", "S3-FIFO", BitFasterLru, BitFasterLfu];

    public static IReadOnlyList<(string Name, Func<KeyStream, int, int> Hits)> Policies { get; } =
    [
        (Optimum, Opt.Hits),
        ("LRU", Lru.Hits),
        ("S3-FIFO", S3Fifo.Hits),
        (BitFasterLru, BitFasterCaches.LruHits),
        (BitFasterLfu, BitFasterCaches.LfuHits),
        (Ours, Subject.Hits),
    ];

    /// <summary>Runs the loads; throws when a policy beats the optimum, for then one of the two is wrong.</summary>
    public static RatioTable Run(IReadOnlyList<Load> loads, CancellationToken cancellationToken = default)
    {
        var streams = loads.ToDictionary(l => l.Name, l => new Lazy<KeyStream>(() => KeyStream.Of(l.Generate())));
        var runs =
            from load in loads
            from capacity in load.Capacities
            from policy in Policies
            select (Load: load.Name, Capacity: capacity, Policy: policy);
        var ratios = new ConcurrentDictionary<(string, int, string), double>();
        Parallel.ForEach(
            Partitioner.Create(runs, EnumerablePartitionerOptions.NoBuffering),
            new ParallelOptions
            {
                MaxDegreeOfParallelism = Environment.ProcessorCount,
                CancellationToken = cancellationToken,
            },
            run =>
            {
                var stream = streams[run.Load].Value;
                var hits = run.Policy.Hits(stream, run.Capacity);
                ratios[(run.Load, run.Capacity, run.Policy.Name)] = (double)hits / stream.Ids.Length;
            }
        );
        var points =
            from load in loads
            from capacity in load.Capacities
            select new RatioPoint(
                load.Name,
                capacity,
                Policies.ToDictionary(p => p.Name, p => ratios[(load.Name, capacity, p.Name)])
            );
        return new RatioTable([.. points.Select(Checked)]);
    }

    private static RatioPoint Checked(RatioPoint point)
    {
        var beaten = point.Ratios.FirstOrDefault(r => r.Value > point.Of(Optimum));
        return beaten.Key is null
            ? point
            : throw new InvalidOperationException(
                $"{beaten.Key} beats the optimum on {point.Load} at {point.Capacity}: {beaten.Value} > {point.Of(Optimum)}"
            );
    }
}
