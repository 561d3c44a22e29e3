using System.Diagnostics;

namespace PerfKit.Benchmarks.Claims.Streaming.Crash;

/// <summary>
/// When a round's server is killed, drawn from its seed: after so many bytes were sent, a time after the start, a time after so
/// many bodies were sent whole (their sync, rename and sync of the folder are under way), or right at an acknowledgement.
/// </summary>
internal sealed class KillMoment
{
    private readonly Action _kill;
    private readonly long _atBytes = long.MaxValue;
    private readonly int _atBodies = int.MaxValue;
    private readonly int _atAcknowledged = int.MaxValue;
    private readonly TimeSpan _delay;
    private readonly bool _fromStart;
    private long _bytes;
    private int _bodies;
    private int _acknowledged;
    private int _fired;

    public KillMoment(Random dice, Action kill)
    {
        _kill = kill;
        switch (dice.Next(4))
        {
            case 0:
                _atBytes = dice.NextInt64(6L << 20, 40L << 20); // Sooner, all lies in socket buffers.
                break;
            case 1:
                _fromStart = true;
                _delay = TimeSpan.FromMicroseconds(dice.Next(60_000, 250_000));
                break;
            case 2:
                _atBodies = dice.Next(1, 16);
                _delay = TimeSpan.FromMicroseconds(dice.Next(4000));
                break;
            default:
                _atAcknowledged = dice.Next(1, 16);
                _delay = TimeSpan.FromMicroseconds(dice.Next(2) * dice.Next(300));
                break;
        }
    }

    public void Started() => FireIf(_fromStart);

    public void Sent(int bytes) => FireIf(Interlocked.Add(ref _bytes, bytes) >= _atBytes);

    public void SentWhole() => FireIf(Interlocked.Increment(ref _bodies) >= _atBodies);

    public void Acknowledged() => FireIf(Interlocked.Increment(ref _acknowledged) >= _atAcknowledged);

    public bool HasFired => Volatile.Read(ref _fired) != 0;

    private void FireIf(bool due)
    {
        if (!due || Interlocked.Exchange(ref _fired, 1) != 0)
        {
            return;
        }

        if (_delay == TimeSpan.Zero)
        {
            _kill(); // At once: what was acknowledged a moment too early has no time left to come true.
            return;
        }

        var from = Stopwatch.GetTimestamp();
        new Thread(() =>
        {
            if (_delay > TimeSpan.FromMilliseconds(5))
            {
                Thread.Sleep(_delay);
            }

            SpinWait.SpinUntil(() => Stopwatch.GetElapsedTime(from) >= _delay);
            _kill();
        }).Start();
    }
}
