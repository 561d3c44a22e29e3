using System.Buffers;
using System.Runtime.CompilerServices;

namespace PerfKit.Caching.Internal;

/// <summary>A value in this process and what is known about it. Times are milliseconds of the local table's clock.</summary>
internal abstract class TieredEntry(EntryFacts facts)
{
    /// <summary>The removals it was last checked against; see <see cref="RemovalTable.Latest"/>.</summary>
    public long CheckedAt = facts.Version;

    /// <summary>From here on a reader has more to do than to take it. Never, where nothing but its end is agreed.</summary>
    public long AttendAt = facts.Times.AttendAt;

    private readonly EntryFacts _facts = facts;

    public string[] Tags => _facts.Tags;

    /// <summary>The removals, and the doubts, that had happened when its making began.</summary>
    public long Version => _facts.Version;

    public EntryTimes Times => _facts.Times;

    /// <summary>Until when it stands in for what could not be made, whatever else is known of it but a removal.</summary>
    public long HeldUntil => Volatile.Read(ref _facts.HeldUntil);

    public TimeSpan? Sliding => _facts.Sliding;

    /// <summary>What the local table does with it.</summary>
    public LoadedUse Use => _facts.Use;

    /// <summary>A factory said that there is no value.</summary>
    public bool IsNegative => _facts.IsNegative;

    /// <summary>A second tier that was only looked into had nothing.</summary>
    public bool IsAbsent => _facts.IsAbsent;

    /// <summary>The second tier had it behind its end, kept for what that is good for.</summary>
    public bool IsStale => _facts.IsStale;

    public long Weight => _facts.Weight;

    public string? ETag => _facts.ETag;

    public long? LastModified => _facts.LastModified;

    public bool IsRefreshing => Volatile.Read(ref _facts.IsRefreshing) != 0;

    /// <summary>Whether the caller is the one to renew it.</summary>
    public bool TryBeginRefresh() => Interlocked.Exchange(ref _facts.IsRefreshing, 1) == 0;

    /// <summary>It stands in until then; the next try to make a new one comes behind that.</summary>
    public void Hold(long untilMilliseconds)
    {
        Volatile.Write(ref _facts.HeldUntil, untilMilliseconds);
        RefreshFrom(untilMilliseconds);
    }

    /// <summary>The next renewal is tried from then on.</summary>
    public void RefreshFrom(long milliseconds)
    {
        Volatile.Write(ref AttendAt, milliseconds);
        Volatile.Write(ref _facts.IsRefreshing, 0);
    }
}

/// <summary>An entry of a type: the value where it may be shared, else its bytes, of which every reader gets a value.</summary>
internal sealed class TieredEntry<T> : TieredEntry
{
    private readonly T? _value;
    private readonly OwnValues<T>? _own; // Null where the value is shared.

    public TieredEntry(EntryFacts facts, T? value)
        : base(facts) => _value = value;

    public TieredEntry(EntryFacts facts, OwnValues<T> own)
        : base(facts) => _own = own;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Get() => _own is null ? _value! : _own.Next();
}

/// <summary>Bytes of which every reader gets a value of its own, the maker of the value too: its object may change.</summary>
internal sealed class OwnValues<T>(ValueCodec<T> codec, byte[] payload)
{
    public T Next() => codec.Read(new ReadOnlySequence<byte>(payload));
}
