namespace PerfKit.RateLimit.Internal.Limits;

/// <summary>
/// Counts in segments of a 32nd of the period, the running one and the 32 before it: together they are never shorter than
/// the period, so no period admits more than the permits. The price is a permit that comes back a segment late.
/// </summary>
internal sealed class SlidingWindow : Limit
{
    private const int Segments = 32;

    private readonly long[] _counts = new long[Segments + 1];
    private readonly long _length;
    private readonly long _origin;
    private long _segment; // The running one's number since the origin.
    private long _restedAt;
    private long _used;

    public SlidingWindow(int permits, long period, long now)
        : base(permits, period, now)
    {
        _length = (period + Segments - 1) / Segments;
        _origin = now;
        _restedAt = now;
    }

    public override long Wait(int count, long now)
    {
        Roll(now);
        var missing = _used + Math.Max(count, 1) - Permits;
        var segment = _segment - Segments;
        for (; missing > 0; segment++)
        {
            missing -= _counts[Place(segment)];
        }

        return segment == _segment - Segments ? 0 : GoneAt(segment - 1) - now;
    }

    public override void Spend(long count, long now)
    {
        Roll(now);
        _counts[Place(_segment)] += count;
        _used += count;
        _restedAt = GoneAt(_segment);
    }

    public override long Spent(long now)
    {
        Roll(now);
        return _used;
    }

    public override long? RestedSince(long now)
    {
        Roll(now);
        return _used == 0 ? _restedAt : null;
    }

    protected override void Undo(int count, long spentAt, long now)
    {
        Roll(now);
        var segment = (spentAt - _origin) / _length;
        if (segment >= _segment - Segments)
        {
            ref var spent = ref _counts[Place(segment)];
            var undone = Math.Min(count, spent);
            spent -= undone;
            _used -= undone;
            _restedAt = _used == 0 ? now : _restedAt;
        }
    }

    private long GoneAt(long segment) => _origin + ((segment + Segments + 1) * _length);

    /// <summary>Where a segment's count stands; numbers before the origin have one too.</summary>
    private static int Place(long segment) => (int)((segment + Segments + 1) % (Segments + 1));

    private void Roll(long now)
    {
        var running = (now - _origin) / _length;
        var passed = Math.Min(running - _segment, Segments + 1);
        for (var i = 1; i <= passed; i++)
        {
            ref var count = ref _counts[Place(_segment + i)];
            _used -= count;
            count = 0;
        }

        _segment = running;
    }
}
