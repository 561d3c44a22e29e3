using System.Collections.Concurrent;
using BenchmarkDotNet.Attributes;
using BitFaster.Caching.Lfu;
using BitFaster.Caching.Lru;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using PerfKit.Benchmarks.Claims.Caching;
using PerfKit.Caching;

namespace PerfKit.Benchmarks.Benchmarks;

/// <summary>Hits by string keys, skewed, in the caches there are for .NET, against a dictionary that bounds nothing.</summary>
[MemoryDiagnoser]
public class LocalCacheHit
{
    private readonly ConcurrentDictionary<string, string> _dictionary = new();
    private readonly LocalCache<string, string> _cache = TableKeys.CacheOf(TableKeys.Roomy);
    private readonly ConcurrentLru<string, string> _lru = new(TableKeys.Resident * 2);
    private readonly ConcurrentLfu<string, string> _lfu = new(TableKeys.Resident * 2);
    private readonly MemoryCache _memory = new(new MemoryCacheOptions { SizeLimit = TableKeys.Resident * 2 });
    private readonly HybridCache _hybrid = Hybrid();
    private string[] _reads = [];
    private int _next;

    private string NextKey => _reads[_next++ & (_reads.Length - 1)];

    [GlobalSetup]
    public async Task Fill()
    {
        var keys = TableKeys.Make(TableKeys.Resident);
        _reads = TableKeys.ZipfReads(keys);
        foreach (var key in keys)
        {
            _dictionary[key] = TableKeys.Value;
            _cache.Set(key, TableKeys.Value);
            _lru.AddOrUpdate(key, TableKeys.Value);
            _lfu.AddOrUpdate(key, TableKeys.Value);
            _memory.Set(key, TableKeys.Value, new MemoryCacheEntryOptions { Size = 1 });
            await _hybrid.SetAsync(key, TableKeys.Value);
        }
    }

    [Benchmark(Baseline = true)]
    public string? ConcurrentDictionary() => _dictionary.TryGetValue(NextKey, out var value) ? value : null;

    [Benchmark]
    public string? LocalCache() => _cache.TryGet(NextKey, out var value) ? value : null;

    [Benchmark]
    public string? BitFasterLru() => _lru.TryGet(NextKey, out var value) ? value : null;

    [Benchmark]
    public string? BitFasterLfu() => _lfu.TryGet(NextKey, out var value) ? value : null;

    [Benchmark]
    public string? MemoryCache() => _memory.TryGetValue(NextKey, out string? value) ? value : null;

    [Benchmark]
    public ValueTask<string> LocalCacheGetOrAddAsync() =>
        _cache.GetOrAddAsync(NextKey, 0, static (_, _, _) => Absent());

    [Benchmark]
    public ValueTask<string> HybridCacheGetOrCreateAsync() => _hybrid.GetOrCreateAsync(NextKey, static _ => Absent());

    private static ValueTask<string> Absent() => throw new InvalidOperationException("A hit calls no factory.");

    private static HybridCache Hybrid()
    {
        var services = new ServiceCollection();
        services.AddHybridCache();
        return services.BuildServiceProvider().GetRequiredService<HybridCache>();
    }
}
