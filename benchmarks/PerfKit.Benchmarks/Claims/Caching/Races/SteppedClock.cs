namespace PerfKit.Benchmarks.Claims.Caching.Races;

/// <summary>A clock that stands until it is moved; a millisecond is its smallest step.</summary>
internal sealed class SteppedClock : TimeProvider
{
    public long Milliseconds { get; private set; }

    public override long TimestampFrequency => 1_000;

    public override long GetTimestamp() => Milliseconds;

    public void Advance(int milliseconds) => Milliseconds += milliseconds;
}
