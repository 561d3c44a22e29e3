namespace PerfKit.RateLimit.Internal.Limits;

/// <summary>
/// The time of each admission of the last period, in a ring that grows with them up to a bound. Beyond it an admission
/// joins the newest entry, whose time moves on: what stood there comes back late, never early.
/// </summary>
internal sealed class SlidingLog(int permits, long period, long now) : Limit(permits)
{
    internal const int MostEntries = 1 << 20;
    private const int FirstEntries = 16;

    private Entry[] _ring = new Entry[FirstEntries];
    private long _head; // The oldest entry's number; its place is the number by the ring's length.
    private long _tail; // One after the newest.
    private long _restedAt = now;
    private int _used;

    private ref Entry this[long number] => ref _ring[number & (_ring.Length - 1)];

    public override long Wait(int count, long now)
    {
        Expire(now);
        var missing = (long)_used + Math.Max(count, 1) - Permits;
        var number = _head;
        for (; missing > 0; number++)
        {
            missing -= this[number].Count;
        }

        return number == _head ? 0 : this[number - 1].Time + period - now;
    }

    public override void Spend(int count, long now)
    {
        Expire(now);
        if (count == 0)
        {
            return;
        }

        Add(now, count);
        _used += count;
        _restedAt = now + period;
    }

    public override int Available(long now)
    {
        Expire(now);
        return Permits - _used;
    }

    public override long? RestedSince(long now)
    {
        Expire(now);
        return _used == 0 ? _restedAt : null;
    }

    private void Add(long time, int count)
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
        while (_head < _tail && now - this[_head].Time >= period)
        {
            _used -= this[_head].Count;
            _head++;
        }
    }

    private readonly record struct Entry(long Time, int Count);
}
