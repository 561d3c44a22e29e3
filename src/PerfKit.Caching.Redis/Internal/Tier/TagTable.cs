using System.IO.Hashing;
using System.Numerics;

namespace PerfKit.Caching.Internal.RedisTiers;

/// <summary>
/// When tags were last removed, for the tags that matter, in bounded memory. A tag that is in it was last removed at
/// that number. One that is not was last removed at its bucket's floor or before; at first the floor is the number the table began with,
/// and it rises to whatever is dropped.
/// </summary>
internal sealed class TagTable
{
    private const int Ways = 4;
    private readonly ulong[] _hashes;
    private readonly long[] _removed;
    private readonly long[] _floors;
    private readonly byte[] _next;
    private readonly int _mask;
    private readonly long _seed;
    private readonly Lock _gate = new();

    public TagTable(int capacity, long baseline)
    {
        var buckets = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, capacity / Ways));
        _hashes = new ulong[buckets * Ways];
        _removed = new long[buckets * Ways];
        _floors = new long[buckets];
        _next = new byte[buckets];
        _floors.AsSpan().Fill(baseline);
        _mask = buckets - 1;
        _seed = Random.Shared.NextInt64(); // So that nobody can prepare tags that share a bucket.
    }

    /// <summary>Whether the tag was removed after so much was known; null where the table cannot tell.</summary>
    public bool? IsRemovedAfter(ReadOnlySpan<byte> tag, long sequence)
    {
        var hash = HashOf(tag);
        lock (_gate)
        {
            var at = Find(hash);
            if (at >= 0)
            {
                return _removed[at] > sequence;
            }

            return sequence >= _floors[(int)hash & _mask] ? false : null;
        }
    }

    /// <summary>What <see cref="Learn"/> needs to know from before Redis was asked.</summary>
    public long FloorOf(ReadOnlySpan<byte> tag)
    {
        lock (_gate)
        {
            return _floors[(int)HashOf(tag) & _mask];
        }
    }

    /// <summary>The tag has just been removed.</summary>
    public void Remove(ReadOnlySpan<byte> tag, long sequence)
    {
        var hash = HashOf(tag);
        lock (_gate)
        {
            if (sequence > _floors[(int)hash & _mask]) // Else a later one may have come and been dropped.
            {
                Put(hash, sequence);
            }
        }
    }

    /// <summary>
    /// Redis has said when the tag was last removed. Forgotten where something was dropped from the bucket since the
    /// asking: that may have been a later removal of this tag.
    /// </summary>
    public void Learn(ReadOnlySpan<byte> tag, long sequence, long floorWhenAsked)
    {
        var hash = HashOf(tag);
        lock (_gate)
        {
            if (_floors[(int)hash & _mask] == floorWhenAsked)
            {
                Put(hash, sequence);
            }
        }
    }

    private void Put(ulong hash, long sequence)
    {
        var at = Find(hash);
        if (at >= 0)
        {
            _removed[at] = Math.Max(_removed[at], sequence);
            return;
        }

        var bucket = (int)hash & _mask;
        at = (bucket * Ways) + _next[bucket];
        _next[bucket] = (byte)((_next[bucket] + 1) % Ways);
        if (_hashes[at] != 0)
        {
            _floors[bucket] = Math.Max(_floors[bucket], _removed[at]);
        }

        _hashes[at] = hash;
        _removed[at] = sequence;
    }

    private int Find(ulong hash)
    {
        var first = ((int)hash & _mask) * Ways;
        for (var at = first; at < first + Ways; at++)
        {
            if (_hashes[at] == hash)
            {
                return at;
            }
        }

        return -1;
    }

    private ulong HashOf(ReadOnlySpan<byte> tag) => Math.Max(1, XxHash3.HashToUInt64(tag, _seed)); // 0 is nobody's.
}
