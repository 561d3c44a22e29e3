namespace PerfKit.Caching.Internal.RedisTiers;

/// <summary>
/// A server's clock, read between heartbeats off the local one that never jumps. An answer tells it to within half of how
/// long the answer took; that bound ages by 200 parts in a million. A better answer replaces it, and one that contradicts
/// it: then the clock was set, or another server answers.
/// </summary>
internal sealed class TierClock(TimeProvider time)
{
    private const double Drift = 200e-6;
    private readonly long _start = time.GetTimestamp();
    private readonly Lock _gate = new();
    private double _offset = time.GetUtcNow().ToUnixTimeMilliseconds(); // Until Redis has said.
    private double _bound = double.MaxValue;
    private double _learned;

    public long NowMilliseconds => (long)(Volatile.Read(ref _offset) + Local());

    /// <summary>What the local clock says, in milliseconds since the start.</summary>
    public double Local() => time.GetElapsedTime(_start).TotalMilliseconds;

    /// <summary>
    /// A time of Redis's, in microseconds, that surely comes before so long has passed since a local time; 0 where its clock
    /// is not known so well.
    /// </summary>
    public long Until(double local, TimeSpan limit)
    {
        lock (_gate)
        {
            var left = limit.TotalMilliseconds - _bound - ((local - _learned) * Drift);
            return left > 0 ? (long)((_offset + local + left) * 1_000) : 0;
        }
    }

    /// <summary>Redis said this between these two local times.</summary>
    public void Learn(double remote, double sent, double received)
    {
        lock (_gate)
        {
            var bound = (received - sent) / 2;
            var offset = remote - ((sent + received) / 2);
            var aged = _bound + ((received - _learned) * Drift);
            if (bound <= aged || Math.Abs(offset - _offset) > bound + aged)
            {
                _bound = bound;
                _learned = received;
                Volatile.Write(ref _offset, offset);
            }
        }
    }
}
