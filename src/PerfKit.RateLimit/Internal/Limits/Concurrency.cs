using System.Diagnostics;

namespace PerfKit.RateLimit.Internal.Limits;

/// <summary>Permits that are held and given back.</summary>
internal sealed class Concurrency(int permits, long now) : Limit(permits)
{
    private int _held;
    private long _restedAt = now;

    public override bool IsHeld => true;

    public override long Wait(int count, long now) => Math.Max(count, 1) <= Permits - _held ? 0 : UntilReturned;

    public override void Spend(int count, long now) => _held += count;

    public override int Available(long now) => Permits - _held;

    public override long? RestedSince(long now) => _held == 0 ? _restedAt : null;

    public override void Return(int count, long now)
    {
        Debug.Assert(count <= _held, "A lease gives back once.");
        _held -= count;
        _restedAt = now;
    }
}
