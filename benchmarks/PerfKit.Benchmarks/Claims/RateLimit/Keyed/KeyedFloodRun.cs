using System.Diagnostics;
using PerfKit.Benchmarks.Measure;
using PerfKit.RateLimit;

namespace PerfKit.Benchmarks.Claims.RateLimit.Keyed;

/// <summary>
/// One thread brings ten million new keys, another asks for 64 known ones and checks each answer. The flood drives the
/// limiter's clock, half a microsecond a key, so that two million keys are in debt at a time where 1.6 million find room.
/// </summary>
/// <remarks>
/// A call counts as long as it took by the wall if the thread went to sleep in it, as on a lock, and else as long as it
/// took of the thread's CPU time: spinning counts, being interrupted by the machine's other work does not.
/// </remarks>
internal sealed class KeyedFloodRun
{
    private const int NewKeys = 10_000_000;
    private const int KnownKeys = 64;
    private const int Permits = 5;
    private const int KeysPerTick = 5;
    private const long Share = TimeSpan.TicksPerSecond; // A permit comes back each second.

    private readonly FloodClock _clock = new();
    private readonly KeyedLimiter<long> _limiter;
    private readonly KnownKey[] _known = [.. Enumerable.Range(0, KnownKeys).Select(static _ => new KnownKey())];
    private volatile bool _isOver;
    private long _refused;

    private KeyedFloodRun() =>
        _limiter = new KeyedLimiter<long>(
            LimitKey.Of,
            [new LimitOptions { Permits = Permits, Period = TimeSpan.FromTicks(Permits * Share) }],
            1_000_000,
            _clock
        );

    public static KeyedFloodReport RunChild()
    {
        var before = Memory.ResidentBytes();
        return new KeyedFloodRun().Run(before);
    }

    private KeyedFloodReport Run(long residentBefore)
    {
        var calls = new CallTimes();
        Ask(calls);
        calls = new CallTimes();
        var asking = new Thread(() => AskUntilOver(calls));
        asking.Start();
        var started = Stopwatch.GetTimestamp();
        Flood();
        var flood = Stopwatch.GetElapsedTime(started);
        _isOver = true;
        asking.Join();
        return new KeyedFloodReport(
            Memory.PeakResidentBytes() - residentBefore,
            calls.Stall.TotalMilliseconds,
            calls.LongestWall.TotalMilliseconds,
            calls.LongestEmpty.TotalMilliseconds,
            _known.Sum(static it => it.Wrong),
            _known.Sum(static it => it.Calls),
            _known.Sum(static it => it.Admitted),
            _refused,
            flood.TotalNanoseconds / NewKeys
        );
    }

    private void Flood()
    {
        for (long key = 1; key <= NewKeys; key++)
        {
            if (key % KeysPerTick == 0)
            {
                _clock.Advance();
            }

            _refused += _limiter.Decide(-key).IsAdmitted ? 0 : 1;
        }
    }

    private void AskUntilOver(CallTimes calls)
    {
        while (!_isOver)
        {
            Ask(calls);
        }
    }

    private void Ask(CallTimes calls)
    {
        for (var key = 0; key < KnownKeys; key++)
        {
            var now = _clock.Latch();
            var began = calls.Begin();
            var decision = _limiter.Decide(key);
            calls.End(began);
            _known[key].Check(decision, now);
            calls.EndEmpty(calls.Begin());
        }
    }

    /// <summary>A bucket that is counted, in ticks.</summary>
    private sealed class KnownKey
    {
        private long _level = Permits * Share;
        private long _seen;

        public long Calls { get; private set; }

        public long Admitted { get; private set; }

        public long Wrong { get; private set; }

        public void Check(RateLimitDecision decision, long now)
        {
            _level = Math.Min(Permits * Share, _level + now - _seen);
            _seen = now;
            var isAdmitted = _level >= Share;
            _level -= isAdmitted ? Share : 0;
            Calls++;
            Admitted += decision.IsAdmitted ? 1 : 0;
            Wrong += decision.IsAdmitted != isAdmitted || decision.Remaining != _level / Share ? 1 : 0;
        }
    }

    /// <summary>Driven by one thread; another may hold on to a moment, so that it knows at what time it was decided.</summary>
    private sealed class FloodClock : TimeProvider
    {
        [ThreadStatic]
        private static long _latched; // Ticks and one.

        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _latched > 0 ? _latched - 1 : Volatile.Read(ref _ticks);

        public void Advance()
        {
            _latched = 0;
            Volatile.Write(ref _ticks, _ticks + 1);
        }

        public long Latch()
        {
            _latched = Volatile.Read(ref _ticks) + 1;
            return _latched - 1;
        }
    }
}

/// <summary>What the flood did; times in milliseconds unless they say otherwise.</summary>
public sealed record KeyedFloodReport(
    long GrownBytes,
    double StallMs,
    double LongestWallMs,
    double LongestEmptyMs,
    long Wrong,
    long KnownCalls,
    long KnownAdmitted,
    long FloodRefused,
    double FloodNanoseconds
);
