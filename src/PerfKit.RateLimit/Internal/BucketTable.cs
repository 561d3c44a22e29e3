using System.Diagnostics;

namespace PerfKit.RateLimit.Internal;

/// <summary>
/// A fixed table of buckets: sets of 16 slots, two words a slot (who owns it, when it is full again), and one shared
/// bucket a set for the keys that find no room. A bucket is given to another key only when it is full, so nothing is
/// forgotten. Owning is decided under a lock, spending by compare-and-swap; see README.md beside this file.
/// </summary>
internal sealed class BucketTable
{
    public const int SetSlots = 16;
    private const int MaxLocks = 64;
    private const long NoOwner = 0;
    private const long Changing = long.MinValue; // Stands in a slot's time while its owner is exchanged.

    private readonly long[] _owners;
    private readonly long[] _fullAt; // The slots, then the shared bucket of each set.
    private readonly Lock[] _locks;
    private readonly int _setMask;

    public BucketTable(int maxKeys)
    {
        var slots = Math.Max(SetSlots, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)maxKeys * 2));
        var sets = slots / SetSlots;
        _owners = new long[slots];
        _fullAt = new long[slots + sets];
        _setMask = sets - 1;
        _locks = new Lock[Math.Min(sets, MaxLocks)];
        for (var i = 0; i < _locks.Length; i++)
        {
            _locks[i] = new Lock();
        }
    }

    public int Slots => _owners.Length;

    /// <summary>Decides for the key and keeps what was spent. A refusal writes nothing once the key has its slot.</summary>
    public RateLimitDecision Spend(long key, in Gcra gcra, int permits, long now)
    {
        RateLimitDecision decision;
        while (!TrySpend(FindOrClaim(key, now), key, gcra, permits, now, out decision))
        {
            // Lost a race: look again at what the winner left.
        }

        return decision;
    }

    /// <summary>The slot the key owns, from now on if not yet; or its set's shared one.</summary>
    internal int FindOrClaim(long key, long now)
    {
        var set = SetOf(key);
        var slot = Find(set, key);
        return slot >= 0 ? slot : Claim(set, key, now);
    }

    /// <summary>
    /// Decides on a slot that was the key's a moment ago. False if it is no longer: what was spent is then lost to the
    /// new owner, which is strict, never lax.
    /// </summary>
    internal bool TrySpend(int slot, long key, in Gcra gcra, int permits, long now, out RateLimitDecision decision)
    {
        var seen = Volatile.Read(ref _fullAt[slot]);
        if (seen == Changing)
        {
            decision = default;
            return false;
        }

        decision = gcra.Decide(seen, permits, now, out var fullAt);
        return (fullAt == seen || Interlocked.CompareExchange(ref _fullAt[slot], fullAt, seen) == seen)
            && IsStill(slot, key);
    }

    /// <summary>Reads a key's time without claiming a slot.</summary>
    public long Peek(long key, out bool isShared)
    {
        var set = SetOf(key);
        var slot = Find(set, key);
        isShared = slot < 0 && IsCrowded(set);
        var seen = slot >= 0 ? Volatile.Read(ref _fullAt[slot]) : Volatile.Read(ref _fullAt[SharedSlot(set)]);
        return seen == Changing ? 0 : seen;
    }

    /// <summary>Whether the key still owns the slot, or for a shared one, has not been given its own.</summary>
    private bool IsStill(int slot, long key) =>
        slot < _owners.Length ? Volatile.Read(ref _owners[slot]) == key : Find(SetOf(key), key) < 0;

    private int SetOf(long key) => (int)(key & _setMask);

    private int SharedSlot(int set) => _owners.Length + set;

    private int Find(int set, long key)
    {
        var first = set * SetSlots;
        var at = _owners.AsSpan(first, SetSlots).IndexOf(key);
        return at < 0 ? -1 : first + at;
    }

    private int Claim(int set, long key, long now)
    {
        lock (_locks[set & (_locks.Length - 1)])
        {
            var slot = Find(set, key);
            if (slot >= 0)
            {
                return slot;
            }

            var first = set * SetSlots;
            for (slot = first; slot < first + SetSlots; slot++)
            {
                if (TryFree(slot, now))
                {
                    Debug.Assert(_fullAt[slot] == Changing, "Nobody spends from a slot that changes hands.");
                    Volatile.Write(ref _owners[slot], key);

                    // A key may have spent from the shared bucket before it got a slot: it takes that debt along.
                    Volatile.Write(ref _fullAt[slot], Volatile.Read(ref _fullAt[SharedSlot(set)]));
                    return slot;
                }
            }

            return SharedSlot(set);
        }
    }

    /// <summary>Takes a slot that nobody owns, or whose bucket is full: then its owner loses nothing.</summary>
    private bool TryFree(int slot, long now)
    {
        var seen = Volatile.Read(ref _fullAt[slot]);
        return (_owners[slot] == NoOwner || seen <= now)
            && Interlocked.CompareExchange(ref _fullAt[slot], Changing, seen) == seen;
    }

    private bool IsCrowded(int set) => _owners.AsSpan(set * SetSlots, SetSlots).IndexOf(NoOwner) < 0;
}
