namespace PerfKit.RateLimit.Internal.Limits;

/// <summary>
/// The time of each admission of the last period, in a ring that grows with them up to a bound. Beyond it an admission
/// joins the newest entry, whose time moves on: what stood there comes back late, never early.
/// </summary>
internal sealed class SlidingLog(int permits, long period, long now) : Limit(permits, period, now)
{
    internal const int MostEntries = 1 << 20;
    private const int FirstEntries = 16;

    private Entry[] _ring = new Entry[FirstEntries];
    private long _head; // The oldest entry's number; its place is the number by the ring's length.
    private long _tail; // One after the newest.
    private long _restedAt = now;
    private long _used;

    private ref Entry this[long number] => ref _ring[number & (_ring.Length - 1)];

    public override long Wait(int count, long now)
    {
        Expire(now);
        var missing = _used + Math.Max(count, 1) - Permits;
        var number = _head;
        for (; missing > 0; number++)
        {
            missing -= this[number].Count;
        }

        return number == _head ? 0 : this[number - 1].Time + Period - now;
    }

    public override void Spend(long count, long now)
    {
        Expire(now);
        if (count == 0)
        {
            return;
        }

        Add(now, count);
        _used += count;
        _restedAt = now + Period;
    }

    public override long Spent(long now)
    {
        Expire(now);
        return _used;
    }

    public override long? RestedSince(long now)
    {
        Expire(now);
        return _used == 0 ? _restedAt : null;
    }

    /// <summary>It is in the first entry that is not earlier, whether others joined it there or not.</summary>
    protected override void Undo(int count, long spentAt, long now)
    {
        Expire(now);
        if (now - spentAt >= Period)
        {
            return; // It came back, and that entry holds others.
        }

        var (low, high) = (_head, _tail);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            (low, high) = this[middle].Time < spentAt ? (middle + 1, high) : (low, middle);
        }

        if (low < _tail)
        {
            ref var entry = ref this[low];
            var undone = Math.Min(count, entry.Count);
            entry = entry with { Count = entry.Count - undone };
            _used -= undone;
            _restedAt = _used == 0 ? now : _restedAt;
        }
    }

    private void Add(long time, long count)
    {
        var isFull = _tail - _head == _ring.Length;
        if (_tail > _head && (this[_tail - 1].Time == time || (isFull && _ring.Length == MostEntries)))
        {
            ref var newest = ref this[_tail - 1];
            newest = new Entry(time, newest.Count + count);
            return;
        }

        if (isFull)
        {
            Grow();
        }

        this[_tail++] = new Entry(time, count);
    }

    private void Grow()
    {
        var grown = new Entry[_ring.Length * 2];
        for (var number = _head; number < _tail; number++)
        {
            grown[number & (grown.Length - 1)] = this[number];
        }

        _ring = grown;
    }

    private void Expire(long now)
    {
        while (_head < _tail && now - this[_head].Time >= Period)
        {
            _used -= this[_head].Count;
            _head++;
        }
    }

    private readonly record struct Entry(long Time, long Count);
}
