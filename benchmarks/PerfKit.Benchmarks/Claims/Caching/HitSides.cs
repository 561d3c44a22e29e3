using System.Collections.Concurrent;
using PerfKit.Benchmarks.Measure;
using PerfKit.Caching;

namespace PerfKit.Benchmarks.Claims.Caching;

/// <summary>
/// Hits of the cache, with expiry, weights and its policy on, beside those of a dictionary that bounds nothing. The keys
/// asked for are the instances that were put: comparing them costs both sides nothing, which makes the ratio hard.
/// </summary>
internal sealed class HitSides
{
    private readonly ConcurrentDictionary<string, string> _dictionary = new();
    private readonly LocalCache<string, string> _cache = TableKeys.CacheOf(TableKeys.Roomy);
    private readonly string[] _reads;

    public HitSides()
    {
        var keys = TableKeys.Make(TableKeys.Resident);
        _reads = TableKeys.ZipfReads(keys);
        foreach (var key in keys)
        {
            _dictionary[key] = TableKeys.Value;
            _cache.Set(key, TableKeys.Value);
        }
    }

    /// <summary>Measures hits on this thread.</summary>
    public Task<PairedResult> OnOneThreadAsync(CancellationToken cancellationToken) =>
        new PairedRounds().RunAsync(n => HitCache(n, 0), n => HitDictionary(n, 0), cancellationToken);

    /// <summary>Measures hits on two threads at a time, half of the operations on each.</summary>
    public Task<PairedResult> OnTwoThreadsAsync(CancellationToken cancellationToken) =>
        new PairedRounds().RunAsync(n => Twice(n, HitCache), n => Twice(n, HitDictionary), cancellationToken);

    private static void Twice(int operations, Action<int, int> run)
    {
        var half = (operations + 1) / 2;
        var other = new Thread(() => run(half, 0));
        other.Start();
        run(half, 1 << 15);
        other.Join();
    }

    private void HitCache(int operations, int first)
    {
        var (cache, reads, hits) = (_cache, _reads, 0);
        for (var i = first; i < first + operations; i++)
        {
            if (cache.TryGet(reads[i & (reads.Length - 1)], out var value) && value is not null)
            {
                hits++;
            }
        }

        AllHit(hits, operations);
    }

    private void HitDictionary(int operations, int first)
    {
        var (dictionary, reads, hits) = (_dictionary, _reads, 0);
        for (var i = first; i < first + operations; i++)
        {
            if (dictionary.TryGetValue(reads[i & (reads.Length - 1)], out var value) && value is not null)
            {
                hits++;
            }
        }

        AllHit(hits, operations);
    }

    private static void AllHit(int hits, int operations)
    {
        if (hits != operations)
        {
            throw new InvalidOperationException($"Only {hits} of {operations} reads were hits.");
        }
    }
}
