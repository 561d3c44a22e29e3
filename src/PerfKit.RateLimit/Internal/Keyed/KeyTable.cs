using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using PerfKit.RateLimit.Internal.Limits;

namespace PerfKit.RateLimit.Internal.Keyed;

/// <summary>
/// The words of many keys' limits in memory that is fixed when the table is made. A set is eight owners, then eight words
/// of the first limit, then eight of the next: a line of the cache each. A key lives in one of four sets; keys without
/// room share the words of their first set. See README.md beside the folder.
/// </summary>
/// <remarks>A place is the index of a key's first word; its other words follow eight apart, its owner stands eight before.</remarks>
internal sealed partial class KeyTable
{
    public const long Left = -1; // Instead of a wait: ask the table that came after this one.
    public const int SetSlots = 8;
    public const int SetKeys = 5; // Of the eight, when as many keys as were asked for are there.
    private const int Choices = 4;
    private const int AlignmentBytes = 128; // Lines are fetched in pairs: a set of one limit is a pair.
    private const int LockCount = 64;
    private const int NoPlace = -1;
    private const long NoOwner = 0;
    private const long Gone = 1; // Instead of an owner that left: a slot is never without an owner again.
    private const long Changing = long.MinValue; // Stands in a first word while one thread has all words to itself.

    private readonly KeyLimit[] _limits;
    private readonly KeyLimit _first;
    private readonly bool _isAlone; // One limit of permits that are spent for good: its word needs no lock.
    private readonly long[] _words;
    private readonly int _setsAt;
    private readonly int _sharedAt;
    private readonly int _sets;
    private readonly int _setWords;
    private readonly Lock[] _locks = new Lock[LockCount];

    public KeyTable(KeyLimit[] limits, int maxKeys)
        : this(limits, sets: (maxKeys + SetKeys - 1) / SetKeys, version: 0) { }

    private KeyTable(KeyLimit[] limits, int sets, int version)
    {
        _limits = limits;
        _first = limits[0];
        _isAlone = limits is [{ IsHeld: false }];
        _sets = sets;
        Version = version;
        Permits = limits.Min(static it => it.Permits);
        _setWords = SetSlots * (1 + limits.Length);
        var setWords = _sets * _setWords;
        var sharedWords = (_sets + SetSlots - 1) / SetSlots * SetSlots * limits.Length;
        _words = GC.AllocateArray<long>(setWords + sharedWords + (AlignmentBytes / sizeof(long)), pinned: true);
        var address = Marshal.UnsafeAddrOfPinnedArrayElement(_words, 0);
        _setsAt = (int)(-address & (AlignmentBytes - 1)) / sizeof(long);
        _sharedAt = _setsAt + setWords;
        for (var i = 0; i < LockCount; i++)
        {
            _locks[i] = new Lock();
        }
    }

    /// <summary>Permits of the smallest limit.</summary>
    public int Permits { get; }

    public int Limits => _limits.Length;

    /// <summary>How many tables were left before this one.</summary>
    public int Version { get; }

    /// <summary>Where the places begin: counted from here, a place is the same in the tables that come after.</summary>
    public int Start => _setsAt;

    /// <summary>What the table calls a key: the two lowest values mean something else here.</summary>
    public static long NameOf(LimitKey key) => (long)(key.Value <= Gone ? key.Value + Gone + 1 : key.Value);

    /// <summary>
    /// Spends permits of all limits or of none. A refusal writes nothing once the key has its slot. 0 permits ask for one.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="permits">The permits.</param>
    /// <param name="now">The time.</param>
    /// <param name="after">The key's words after the decision.</param>
    /// <param name="place">Where it was decided.</param>
    /// <returns>0 when they are spent, else the wait, or <see cref="Left"/>.</returns>
    public long Spend(long key, int permits, long now, Span<long> after, out int place)
    {
        if (permits > Permits)
        {
            place = NoPlace;
            return TryPeek(key, after) ? Limit.UntilReturned : Left;
        }

        var spin = new SpinWait();
        while (true)
        {
            place = FindOrClaim(key, now);
            if (place != NoPlace && TrySpend(place, key, permits, now, after, out var wait))
            {
                return wait;
            }

            if (_isLeft)
            {
                return Left;
            }

            spin.SpinOnce(); // Lost a race: look again at what the winner left.
        }
    }

    /// <summary>The key's place, from now on if not yet; or the shared one of its first set. None when the table is left.</summary>
    internal int FindOrClaim(long key, long now)
    {
        var place = Find(key, everywhere: false);
        return place >= 0 ? place : Claim(key, now);
    }

    /// <summary>
    /// Decides at a place that was the key's a moment ago. False if it is no longer, or another thread was there: what was
    /// spent is then lost to the new owner, which is strict, never lax.
    /// </summary>
    internal bool TrySpend(int place, long key, int permits, long now, Span<long> after, out long wait)
    {
        if (!_isAlone)
        {
            return TrySpendAll(place, key, permits, now, after, out wait);
        }

        ref var word = ref _words[place];
        var seen = Volatile.Read(ref word);
        if (seen == Changing)
        {
            wait = 0;
            return false;
        }

        wait = _first.Wait(seen, Math.Max(permits, 1), now);
        after[0] = seen;
        if (wait == 0 && permits > 0)
        {
            after[0] = _first.Spend(seen, permits, now);
            if (Interlocked.CompareExchange(ref word, after[0], seen) != seen)
            {
                return false;
            }
        }

        return IsStill(place, key);
    }

    /// <summary>Reads a key's words without claiming a place. False when the table is left.</summary>
    public bool TryPeek(long key, Span<long> words)
    {
        var spin = new SpinWait();
        while (true)
        {
            var place = Find(key, everywhere: true);
            place = place >= 0 ? place : SharedOf(key);
            if (TryRead(place, words) && IsStill(place, key))
            {
                return true;
            }

            if (_isLeft)
            {
                return false;
            }

            spin.SpinOnce();
        }
    }

    /// <summary>Whether the key has no place of its own and could not have one now.</summary>
    public bool IsWithoutRoom(long key, long now) => Find(key, everywhere: true) < 0 && FindRoom(key, now) < 0;

    public long Wait(ReadOnlySpan<long> words, int count, long now)
    {
        var longest = 0L;
        for (var i = 0; i < words.Length; i++)
        {
            longest = Math.Max(longest, _limits[i].Wait(words[i], count, now));
        }

        return longest;
    }

    /// <summary>The wait for the permits, or for one if there are none; without an end if the key never has so many.</summary>
    public long Ask(ReadOnlySpan<long> words, int permits, long now) =>
        permits > Permits ? Limit.UntilReturned : Wait(words, Math.Max(permits, 1), now);

    public int Available(ReadOnlySpan<long> words, long now)
    {
        var least = int.MaxValue;
        for (var i = 0; i < words.Length; i++)
        {
            least = Math.Min(least, _limits[i].Available(words[i], now));
        }

        return least;
    }

    public void Spend(Span<long> words, int permits, long now)
    {
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = _limits[i].Spend(words[i], permits, now);
        }
    }

    /// <summary>What is told of a decision after which the words are these.</summary>
    public RateLimitDecision Decision(long wait, ReadOnlySpan<long> words, long now)
    {
        var remaining = Available(words, now);
        var next = remaining < Permits ? Wait(words, remaining + 1, now) : 0;
        return new RateLimitDecision(wait == 0, remaining, Time(wait), Time(next));
    }

    public string Describe(long[] words, long now) =>
        string.Join("; and ", words.Select((word, i) => _limits[i].Describe(word, now)));

    private static TimeSpan Time(long wait) =>
        wait == Limit.UntilReturned ? Timeout.InfiniteTimeSpan : LimitClock.RoundUp(wait);

    private bool TrySpendAll(int place, long key, int permits, long now, Span<long> after, out long wait)
    {
        wait = 0;
        if (!TryRead(place, after))
        {
            return false;
        }

        // One limit that has not enough is reason enough, also if another changed meanwhile.
        wait = Wait(after, Math.Max(permits, 1), now);
        return wait > 0 || permits == 0
            ? IsStill(place, key)
            : TrySpendInHold(place, key, permits, now, after, out wait);
    }

    /// <summary>Spends if the first word is still the one that was seen, after a second look with all words in hold.</summary>
    internal bool TrySpendInHold(int place, long key, int permits, long now, Span<long> after, out long wait)
    {
        wait = 0;
        if (!TryEnter(place, after[0]))
        {
            return false;
        }

        ReadRest(place, after);
        var seen = after[0];
        var isStill = IsStill(place, key); // Stays so: nobody moves out, or in from here, without these words.
        wait = Wait(after, permits, now);
        if (isStill && wait == 0)
        {
            Spend(after, permits, now);
            for (var i = 1; i < after.Length; i++)
            {
                Volatile.Write(ref _words[place + (i * SetSlots)], after[i]);
            }

            seen = after[0];
        }

        Volatile.Write(ref _words[place], seen);
        return isStill;
    }

    /// <summary>Whether the key still owns the place, or for a shared one, has not been given its own.</summary>
    private bool IsStill(int place, long key) =>
        IsShared(place) ? Find(key, everywhere: true) < 0 : Volatile.Read(ref _words[place - SetSlots]) == key;

    internal bool IsShared(int place) => place >= _sharedAt;

    private int SetOf(long key, int choice) =>
        (int)Math.BigMul(BitOperations.RotateLeft((ulong)key, choice * 16), (uint)_sets, out _);

    private int OwnersOf(long key, int choice) => _setsAt + (SetOf(key, choice) * _setWords);

    private int SharedOf(long key) => SharedIn(SetOf(key, 0));

    private int SharedIn(int set) => _sharedAt + (set / SetSlots * SetSlots * _limits.Length) + (set % SetSlots);

    /// <summary>
    /// The key's place, or -1. Without <paramref name="everywhere"/> it stops at a set with a slot that nobody ever had: the
    /// key went no further, unless that slot was just about to be taken.
    /// </summary>
    private int Find(long key, bool everywhere)
    {
        var wanted = Vector256.Create(key);
        for (var choice = 0; choice < Choices; choice++)
        {
            var owners = OwnersOf(key, choice);
            _ = Volatile.Read(ref _words[owners + SetSlots]); // Both lines come at the same time.
            var set = _words.AsSpan(owners, SetSlots);
            var low = Vector256.Create<long>(set);
            var high = Vector256.Create<long>(set[Vector256<long>.Count..]);
            var found =
                Vector256.Equals(low, wanted).ExtractMostSignificantBits()
                | (Vector256.Equals(high, wanted).ExtractMostSignificantBits() << Vector256<long>.Count);
            if (found != 0)
            {
                return owners + SetSlots + BitOperations.TrailingZeroCount(found);
            }

            if (!everywhere && (Vector256.EqualsAny(low, default) || Vector256.EqualsAny(high, default)))
            {
                return -1;
            }
        }

        return -1;
    }
}
