namespace PerfKit.RateLimit.Internal.Limits;

/// <summary>A count that starts anew each period.</summary>
internal sealed class FixedWindow(int permits, long period, long now) : Limit(permits)
{
    private long _start = now;
    private long _restedAt = now;
    private int _used;

    public override long Wait(int count, long now)
    {
        Roll(now);
        return Math.Max(count, 1) <= Permits - _used ? 0 : _start + period - now;
    }

    public override void Spend(int count, long now)
    {
        Roll(now);
        _used += count;
        _restedAt = _start + period;
    }

    public override int Available(long now)
    {
        Roll(now);
        return Permits - _used;
    }

    public override long? RestedSince(long now)
    {
        Roll(now);
        return _used == 0 ? _restedAt : null;
    }

    private void Roll(long now)
    {
        if (now - _start >= period)
        {
            _start = now - ((now - _start) % period);
            _used = 0;
        }
    }
}
