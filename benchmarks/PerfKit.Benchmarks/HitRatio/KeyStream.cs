using PerfKit.Benchmarks.HitRatio.Loads;

namespace PerfKit.Benchmarks.HitRatio;

/// <summary>Keys in the order they are asked for, renamed to 0, 1, 2 ... by first appearance so that arrays can be indexed.</summary>
internal sealed class KeyStream
{
    private KeyStream(int[] ids, int distinct) => (Ids, Distinct) = (ids, distinct);

    public int[] Ids { get; }

    public int Distinct { get; }

    public static KeyStream Of<T>(IEnumerable<T> keys)
        where T : notnull
    {
        var names = new Dictionary<T, int>();
        var ids = keys.Select(key =>
            {
                names.TryAdd(key, names.Count);
                return names[key];
            })
            .ToArray();
        return new KeyStream(ids, names.Count);
    }

    /// <summary>The key that caches see: as little ordered as hashed names, so that no policy is lucky with its hash.</summary>
    public static long KeyOf(int id) => (long)Rng.Mix((ulong)id + 1);
}
