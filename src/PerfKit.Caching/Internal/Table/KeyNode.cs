namespace PerfKit.Caching.Internal;

/// <summary>A key and its link in the hash table.</summary>
internal abstract class KeyNode<TKey>(uint hash, TKey key, long weight, long expiresAtMilliseconds)
    : PolicyNode(hash, weight, expiresAtMilliseconds)
{
    public readonly TKey Key = key;

    /// <summary>The next of its bucket. A node that left keeps it, so that a reader standing there finds on.</summary>
    public KeyNode<TKey>? Next;
}
