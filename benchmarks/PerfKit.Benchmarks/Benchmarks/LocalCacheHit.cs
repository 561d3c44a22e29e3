using System.Collections.Concurrent;
using BenchmarkDotNet.Attributes;
using PerfKit.Caching;

namespace PerfKit.Benchmarks.Benchmarks;

/// <summary>A hit in the bounded cache against one in a dictionary that bounds nothing.</summary>
[MemoryDiagnoser]
public class LocalCacheHit
{
    private const int Keys = 4096;
    private readonly ConcurrentDictionary<int, string> _dictionary = new();
    private readonly LocalCache<int, string> _cache = new(new LocalCacheOptions { Capacity = Keys });
    private int _next;

    [GlobalSetup]
    public void Fill()
    {
        foreach (var key in Enumerable.Range(0, Keys))
        {
            _dictionary[key] = "value";
            _cache.Set(key, "value");
        }
    }

    [Benchmark(Baseline = true)]
    public string? ConcurrentDictionary() =>
        _dictionary.TryGetValue(_next++ & (Keys - 1), out var value) ? value : null;

    [Benchmark]
    public string? LocalCache() => _cache.TryGet(_next++ & (Keys - 1), out var value) ? value : null;
}
