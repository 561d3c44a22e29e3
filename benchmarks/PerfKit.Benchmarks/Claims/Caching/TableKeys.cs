using System.Globalization;
using PerfKit.Benchmarks.HitRatio.Loads;
using PerfKit.Caching;

namespace PerfKit.Benchmarks.Claims.Caching;

/// <summary>The keys that hits and misses are measured with, and the cache as people use it: expiry and weights on.</summary>
internal static class TableKeys
{
    public const int Resident = 8_192;

    /// <summary>Leaves a fifth of the room free, so that all of the resident stay, however a cache divides its room.</summary>
    public const int Roomy = Resident * 5 / 4;

    public const string Value = "a value";

    private const int Reads = 1 << 16; // A power of two, so that a loop wraps with a mask.

    /// <summary>Distinct keys of 21 characters.</summary>
    public static string[] Make(int count) =>
        [
            .. Enumerable
                .Range(0, count)
                .Select(i => i.ToString("'customer:'000000000000", CultureInfo.InvariantCulture)),
        ];

    /// <summary>A power of two of reads of the keys, skewed as Zipf's law with 0.99, the popular ones spread over the table.</summary>
    public static string[] ZipfReads(string[] keys)
    {
        var (rng, zipf) = (new Rng(1), new Zipf(keys.Length, 0.99));
        var places = Enumerable.Range(0, keys.Length).OrderBy(i => Rng.Mix((ulong)i + 1)).ToArray();
        return [.. Enumerable.Range(0, Reads).Select(_ => keys[places[zipf.Draw(rng)]])];
    }

    /// <summary>A cache with expiry and a weigher that holds so many of these entries.</summary>
    public static LocalCache<string, string> CacheOf(int capacityEntries) =>
        new(
            new LocalCacheOptions { Capacity = (long)capacityEntries * Weight, TimeToLive = TimeSpan.FromMinutes(30) },
            static (key, value) => key.Length + value.Length
        );

    private static int Weight => 21 + Value.Length;
}
