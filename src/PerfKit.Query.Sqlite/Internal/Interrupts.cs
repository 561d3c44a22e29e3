using SQLitePCL;

namespace PerfKit.Query.Internal;

/// <summary>
/// Interrupts whatever runs on a connection, from <see cref="Begin"/> until disposed. Again and again, because SQLite
/// forgets an interrupt that falls between two statements; never after, because the handle goes on to others through the pool.
/// </summary>
internal sealed class Interrupts(sqlite3 handle) : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(2);
    private readonly Lock _gate = new();
    private Timer? _timer;
    private bool _ended;

    public void Begin()
    {
        lock (_gate)
        {
            if (!_ended)
            {
                _timer = new Timer(static self => ((Interrupts)self!).Interrupt(), this, Period, Period);
            }
        }

        Interrupt();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _ended = true;
            _timer?.Dispose();
        }
    }

    private void Interrupt()
    {
        lock (_gate)
        {
            if (!_ended)
            {
                raw.sqlite3_interrupt(handle);
            }
        }
    }
}
