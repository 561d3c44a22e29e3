using System.Globalization;

namespace PerfKit.TestKit.Histories;

/// <summary>One operation of a <see cref="CacheHistory"/>, from its begin to its end by the history's logical clock.</summary>
public sealed class CacheOperation
{
    private readonly CacheHistory _history;
    private long _endedAt = long.MaxValue;
    private long _value;

    internal CacheOperation(CacheHistory history, CacheOperationKind kind, int node, string key, long value)
    {
        _history = history;
        _value = value;
        Kind = kind;
        Node = node;
        Key = key;
        BeganAt = history.Tick();
    }

    /// <summary>What it is.</summary>
    public CacheOperationKind Kind { get; }

    /// <summary>Which node does it.</summary>
    public int Node { get; }

    /// <summary>The key; empty for what concerns the whole node.</summary>
    public string Key { get; }

    /// <summary>The number of the value written, or seen by a read that has ended.</summary>
    public long Value => Volatile.Read(ref _value);

    /// <summary>When it began.</summary>
    public long BeganAt { get; }

    /// <summary>When it ended; <see cref="long.MaxValue"/> while it has not.</summary>
    public long EndedAt => Volatile.Read(ref _endedAt);

    internal bool IsWrite =>
        Kind is CacheOperationKind.Set or CacheOperationKind.Remove or CacheOperationKind.RemoveByTag;

    internal bool HasEnded => EndedAt != long.MaxValue;

    /// <summary>
    /// It has completed. A write that failed, or whose node was killed, is not ended: nobody has to see it, though
    /// anybody may. Whoever completes it later, as an outbox does, ends it then.
    /// </summary>
    public void End() => Volatile.Write(ref _endedAt, _history.Tick());

    /// <summary>A read has completed.</summary>
    /// <param name="value">The number of the value that it gave; 0 for what there was before the first write.</param>
    public void End(long value)
    {
        Volatile.Write(ref _value, value);
        End();
    }

    /// <summary>One line: when, which node, what.</summary>
    public override string ToString()
    {
        var end = HasEnded ? EndedAt.ToString(CultureInfo.InvariantCulture) : "";
        var what = Kind == CacheOperationKind.Read || IsWrite ? $" {Key} = {Value}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{BeganAt, 5}..{end, -5} node {Node} {Kind}{what}");
    }
}
