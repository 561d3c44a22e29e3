using System.Collections.Concurrent;
using BitFaster.Caching.Lfu;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using PerfKit.Caching;

namespace PerfKit.Benchmarks.Claims.Caching.Contents.Children;

/// <summary>A cache that takes contents of 64 KB until it holds 1 GiB, and then one for another.</summary>
internal interface IChurnSide
{
    /// <summary>Every byte is written once, by this call.</summary>
    void Put(long number, ReadOnlySpan<byte> bytes);

    bool TryRead(long number, int length);
}

internal static class ChurnSides
{
    public const int ContentBytes = 64 * 1024;
    public const long HeldBytes = 1L << 30;
    public const int Contents = (int)(HeldBytes / ContentBytes);

    public static readonly string[] Peers = ["fifo", "memory-cache", "bitfaster-lfu", "hybrid-cache"];

    public static IChurnSide Create(string name) =>
        name switch
        {
            "content-cache" => new ContentCacheSide(),
            "fifo" => new FifoSide(),
            "memory-cache" => new MemoryCacheSide(),
            "bitfaster-lfu" => new BitFasterSide(),
            "hybrid-cache" => new HybridCacheSide(),
            _ => throw new ArgumentException($"There is no side '{name}'.", nameof(name)),
        };

    /// <summary>What a cache of arrays needs for each put; filled, or the collector would have to take the page faults.</summary>
    public static byte[] Filled(ReadOnlySpan<byte> bytes)
    {
        var array = GC.AllocateUninitializedArray<byte>(bytes.Length);
        bytes.CopyTo(array);
        return array;
    }

    public static string Text(long number) => $"content:{number}";
}

internal sealed class ContentCacheSide : IChurnSide
{
    private readonly ContentCache _cache = new(
        new ContentCacheOptions { CapacityBytes = ChurnSides.HeldBytes + (ChurnSides.Contents * 512L) },
        new MemoryBudget(new MemoryBudgetOptions { LimitBytes = 2 * ChurnSides.HeldBytes })
    );

    public void Put(long number, ReadOnlySpan<byte> bytes)
    {
        if (!_cache.TryPut(ContentPattern.Key(number), bytes))
        {
            throw new InvalidOperationException(_cache.Explain(ContentPattern.Key(number)));
        }
    }

    public bool TryRead(long number, int length)
    {
        if (!_cache.TryGet(ContentPattern.Key(number), out var lease))
        {
            return false;
        }

        using (lease)
        {
            return lease.Length == length;
        }
    }
}

internal sealed class FifoSide : IChurnSide
{
    private readonly ConcurrentDictionary<ContentKey, byte[]> _contents = new();
    private readonly ConcurrentQueue<ContentKey> _order = new();
    private int _count;

    public void Put(long number, ReadOnlySpan<byte> bytes)
    {
        var key = ContentPattern.Key(number);
        _contents[key] = ChurnSides.Filled(bytes);
        _order.Enqueue(key);
        if (++_count > ChurnSides.Contents && _order.TryDequeue(out var oldest))
        {
            _contents.TryRemove(oldest, out _);
        }
    }

    public bool TryRead(long number, int length) =>
        _contents.TryGetValue(ContentPattern.Key(number), out var bytes) && bytes.Length == length;
}

internal sealed class MemoryCacheSide : IChurnSide
{
    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = ChurnSides.HeldBytes });

    public void Put(long number, ReadOnlySpan<byte> bytes) =>
        _cache.Set(
            ChurnSides.Text(number),
            ChurnSides.Filled(bytes),
            new MemoryCacheEntryOptions { Size = bytes.Length }
        );

    public bool TryRead(long number, int length) =>
        _cache.TryGetValue(ChurnSides.Text(number), out byte[]? bytes) && bytes?.Length == length;
}

internal sealed class BitFasterSide : IChurnSide
{
    private readonly ConcurrentLfu<ContentKey, byte[]> _cache = new(ChurnSides.Contents);

    public void Put(long number, ReadOnlySpan<byte> bytes) =>
        _cache.AddOrUpdate(ContentPattern.Key(number), ChurnSides.Filled(bytes));

    public bool TryRead(long number, int length) =>
        _cache.TryGet(ContentPattern.Key(number), out var bytes) && bytes.Length == length;
}

internal sealed class HybridCacheSide : IChurnSide
{
    private static readonly HybridCacheEntryOptions ReadOnly = new()
    {
        Flags = HybridCacheEntryFlags.DisableUnderlyingData,
    };

    private readonly HybridCache _cache;

    public HybridCacheSide()
    {
        var services = new ServiceCollection();
        services.AddMemoryCache(static o => o.SizeLimit = ChurnSides.HeldBytes);
        services.AddHybridCache();
        _cache = services.BuildServiceProvider().GetRequiredService<HybridCache>();
    }

    public void Put(long number, ReadOnlySpan<byte> bytes)
    {
        var set = _cache.SetAsync(ChurnSides.Text(number), ChurnSides.Filled(bytes));
        if (!set.IsCompletedSuccessfully)
        {
            set.AsTask().GetAwaiter().GetResult(); // Without a second level it completes at once.
        }
    }

    public bool TryRead(long number, int length)
    {
        var get = _cache.GetOrCreateAsync<byte[]?>(ChurnSides.Text(number), static _ => new((byte[]?)null), ReadOnly);
        return get.IsCompletedSuccessfully && get.Result?.Length == length;
    }
}
