namespace PerfKit.RateLimit.Tests;

/// <summary>A clock and timers that are set and fired by hand, so a timer may also fire early.</summary>
internal sealed class HandTimers : TimeProvider
{
    private readonly List<HandTimer> _timers = [];

    public TimeSpan Now { get; set; }

    /// <summary>When the one timer is due; null when it is not set.</summary>
    public TimeSpan? Due => _timers.SingleOrDefault()?.Due;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Now.Ticks;

    /// <summary>Fires the timer, wherever the clock stands.</summary>
    public void Fire() => _timers.Single().Fire();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        _timers.Add(new HandTimer(this, () => callback(state)));
        _ = _timers[^1].Change(dueTime, period);
        return _timers[^1];
    }

    private sealed class HandTimer(HandTimers owner, Action callback) : ITimer
    {
        public TimeSpan? Due { get; private set; }

        public void Fire()
        {
            Due = null;
            callback();
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Due = dueTime == Timeout.InfiniteTimeSpan ? null : owner.Now + dueTime;
            return true;
        }

        public void Dispose() => Due = null;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
