using System.Buffers;
using PerfKit.Caching;

namespace PerfKit.Benchmarks.Claims.Caching.Races;

/// <summary>A small content cache with a budget of its own, and contents no two of which share a byte at a position.</summary>
internal sealed class LeaseCache : IDisposable
{
    /// <summary>Lengths by key: nothing, a piece, several, a slab and more.</summary>
    private static readonly int[] Lengths = [0, 200, 900, 3_000, 9_000, 66_000];

    private static readonly byte[][] Contents =
    [
        .. Lengths.Select(static (length, key) => Enumerable.Range(0, length).Select(at => At(key, at)).ToArray()),
    ];

    private readonly MemoryBudget _budget = new(
        new MemoryBudgetOptions
        {
            LimitBytes = 1 << 20,
            MaxFreeBytes = 1 << 20,
            HighLoadFraction = 1,
        }
    );

    public LeaseCache() =>
        Cache = new ContentCache(
            new ContentCacheOptions { CapacityBytes = 80 << 10, MaxFillingBytes = 100 << 10 },
            _budget
        );

    public static int Keys => Contents.Length;

    /// <summary>The two largest contents do not fit together.</summary>
    public ContentCache Cache { get; }

    public static byte[] Bytes(int key) => Contents[key];

    public static ContentKey Key(int key)
    {
        Span<byte> hash = stackalloc byte[ContentKey.ByteLength];
        hash.Fill((byte)(key + 1));
        return new ContentKey(hash);
    }

    /// <summary>Whether these are the key's bytes, all of them.</summary>
    public static bool Is(int key, ReadOnlySequence<byte> bytes)
    {
        var expected = Bytes(key).AsSpan();
        if (bytes.Length != expected.Length)
        {
            return false;
        }

        foreach (var block in bytes)
        {
            if (!block.Span.SequenceEqual(expected[..block.Length]))
            {
                return false;
            }

            expected = expected[block.Length..];
        }

        return true;
    }

    /// <summary>Empties the cache; what is still held then was leaked. Null when nothing is.</summary>
    public string? Leak()
    {
        Cache.Clear();
        var left = Cache.GetStatistics();
        return
            left is { Leases: 0, HeldBytes: 0, FillingBytes: 0, Contents: 0 } && _budget.UsedBytes == _budget.FreeBytes
            ? null
            : $"{left} and {_budget.UsedBytes - _budget.FreeBytes} bytes of the budget are left after everything was given back";
    }

    public void Dispose() => Cache.Dispose();

    private static byte At(int key, int position) => (byte)((position * Lengths.Length) + key + (position >> 8));
}
