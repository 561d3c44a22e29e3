using System.Diagnostics;

namespace PerfKit.RateLimit.Internal.Limits;

/// <summary>Permits that are held and given back. After the limit went down, more may be held than it has.</summary>
internal sealed class Concurrency(int permits, long now) : Limit(permits, 0, now)
{
    private long _held;
    private long _restedAt = now;

    public override bool IsHeld => true;

    public override long Wait(int count, long now) => Math.Max(count, 1) <= Permits - _held ? 0 : UntilReturned;

    public override void Spend(long count, long now) => _held += count;

    public override long Spent(long now) => _held;

    public override long? RestedSince(long now) => _held == 0 ? _restedAt : null;

    public override void Return(int count, long now)
    {
        Debug.Assert(count <= _held, "A lease gives back once.");
        _held -= count;
        _restedAt = now;
    }

    protected override void Undo(int count, long spentAt, long now) { }
}
