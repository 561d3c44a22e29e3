using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace PerfKit.Caching.Internal;

/// <summary>
/// A hash table of nodes that are their own links. Readers take no lock and write nothing; writers hold the cache's
/// lock. A reader that finds nothing while the table grows under it waits for that and looks again.
/// </summary>
/// <remarks>
/// Without a comparer, text, 64-bit numbers and GUIDs are hashed whole under the table's secret; other types by their own
/// hash code, which is then mixed with it.
/// </remarks>
internal sealed class KeyTable<TKey>
    where TKey : notnull
{
    private const int LeastBuckets = 16;
    private const int MostBuckets = 1 << 30;

    internal readonly KeyedHash Secret = KeyedHash.Create();
    internal KeyNode<TKey>?[] Nodes = new KeyNode<TKey>?[LeastBuckets];

    private readonly IEqualityComparer<TKey>? _comparer; // Null for the default of a value type.
    private int _count;
    private bool _isGrowing; // Links lead from bucket to bucket meanwhile.

    public KeyTable(IEqualityComparer<TKey>? comparer)
    {
        var isDefault = comparer is null || ReferenceEquals(comparer, EqualityComparer<TKey>.Default);
        IsText = typeof(TKey) == typeof(string) && (isDefault || ReferenceEquals(comparer, StringComparer.Ordinal));
        _comparer = isDefault && typeof(TKey).IsValueType ? null : comparer ?? EqualityComparer<TKey>.Default;
    }

    /// <summary>Keys are strings compared by their characters: <see cref="TextTable"/> finds them.</summary>
    public bool IsText { get; }

    public IEqualityComparer<TKey> Comparer => _comparer ?? EqualityComparer<TKey>.Default;

    public int Count => Volatile.Read(ref _count);

    public int Buckets => Nodes.Length;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Hash(TKey key)
    {
        if (typeof(TKey).IsValueType && _comparer is null)
        {
            return HashOfValue(key);
        }

        ArgumentNullException.ThrowIfNull(key);
        return IsText ? Secret.Of(Unsafe.As<TKey, string>(ref key)) : Secret.Of(_comparer!.GetHashCode(key));
    }

    /// <summary>Takes no lock.</summary>
    public KeyNode<TKey>? Find(uint hash, TKey key)
    {
        while (true)
        {
            var nodes = Volatile.Read(ref Nodes);
            var node = Volatile.Read(ref nodes[hash & (uint)(nodes.Length - 1)]);
            while (node is not null && (node.Hash != hash || !AreEqual(node.Key, key)))
            {
                node = Volatile.Read(ref node.Next);
            }

            if (node is not null || IsSettled(nodes))
            {
                return node;
            }
        }
    }

    /// <summary>Whether a reader of these nodes was not led astray; else this waits until the table has grown.</summary>
    public bool IsSettled(KeyNode<TKey>?[] nodes)
    {
        if (!Volatile.Read(ref _isGrowing) && Volatile.Read(ref Nodes) == nodes)
        {
            return true;
        }

        var wait = new SpinWait();
        while (Volatile.Read(ref _isGrowing))
        {
            wait.SpinOnce();
        }

        return false;
    }

    public void Add(KeyNode<TKey> node)
    {
        if (_count >= Nodes.Length && Nodes.Length < MostBuckets)
        {
            Grow(Nodes.Length * 2);
        }

        ref var bucket = ref Nodes[node.Hash & (uint)(Nodes.Length - 1)];
        node.Next = bucket;
        Volatile.Write(ref bucket, node);
        Volatile.Write(ref _count, _count + 1);
    }

    /// <summary>Puts a node in the place of another of its key: at no moment is the key absent.</summary>
    public void Replace(KeyNode<TKey> node, KeyNode<TKey> replacement)
    {
        replacement.Next = node.Next;
        Volatile.Write(ref Link(node), replacement);
    }

    public void Remove(KeyNode<TKey> node)
    {
        Volatile.Write(ref Link(node), node.Next);
        Volatile.Write(ref _count, _count - 1);
    }

    public void Clear()
    {
        Volatile.Write(ref Nodes, new KeyNode<TKey>?[LeastBuckets]);
        Volatile.Write(ref _count, 0);
    }

    /// <summary>All nodes, in no order; read under the lock.</summary>
    public IEnumerable<KeyNode<TKey>> All()
    {
        foreach (var first in Nodes)
        {
            for (var node = first; node is not null; node = node.Next)
            {
                yield return node;
            }
        }
    }

    private ref KeyNode<TKey>? Link(KeyNode<TKey> node)
    {
        ref var link = ref Nodes[node.Hash & (uint)(Nodes.Length - 1)];
        while (link != node)
        {
            Debug.Assert(link is not null, "A node is in the table when it is taken out.");
            link = ref link!.Next;
        }

        return ref link;
    }

    private void Grow(int buckets)
    {
        var grown = new KeyNode<TKey>?[buckets]; // First: where memory is short it throws, and nothing has changed.
        Interlocked.Exchange(ref _isGrowing, true); // Seen before any link that changes.
        foreach (var first in Nodes)
        {
            for (var node = first; node is not null; )
            {
                var next = node.Next;
                ref var bucket = ref grown[node.Hash & (uint)(buckets - 1)];
                node.Next = bucket;
                bucket = node;
                node = next;
            }
        }

        Volatile.Write(ref Nodes, grown);
        Volatile.Write(ref _isGrowing, false); // Seen after the nodes, which differ by then.
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool AreEqual(TKey one, TKey other) =>
        typeof(TKey).IsValueType && _comparer is null
            ? EqualityComparer<TKey>.Default.Equals(one, other)
            : _comparer!.Equals(one, other);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint HashOfValue(TKey key)
    {
        if (typeof(TKey) == typeof(long) || typeof(TKey) == typeof(ulong))
        {
            return Secret.Of(Unsafe.BitCast<TKey, ulong>(key));
        }

        if (typeof(TKey) == typeof(Guid) || typeof(TKey) == typeof(UInt128) || typeof(TKey) == typeof(Int128))
        {
            var value = Unsafe.BitCast<TKey, UInt128>(key);
            return Secret.Of((ulong)value, (ulong)(value >> 64));
        }

        return Secret.Of(key.GetHashCode());
    }
}
