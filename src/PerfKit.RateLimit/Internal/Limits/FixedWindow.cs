namespace PerfKit.RateLimit.Internal.Limits;

/// <summary>A count that starts anew each period.</summary>
internal sealed class FixedWindow(int permits, long period, long now) : Limit(permits, period, now)
{
    private long _start = now;
    private long _restedAt = now;
    private long _used;

    public override long Wait(int count, long now)
    {
        Roll(now);
        return Math.Max(count, 1) <= Permits - _used ? 0 : _start + Period - now;
    }

    public override void Spend(long count, long now)
    {
        Roll(now);
        _used += count;
        _restedAt = _start + Period;
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
        if (spentAt >= _start)
        {
            _used -= Math.Min(count, _used);
            _restedAt = _used == 0 ? now : _restedAt;
        }
    }

    private void Roll(long now)
    {
        if (now - _start >= Period)
        {
            _start = now - ((now - _start) % Period);
            _used = 0;
        }
    }
}
