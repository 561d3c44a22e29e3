namespace PerfKit.Caching.Internal;

/// <summary>
/// Milliseconds of the system, read from memory: asking the system costs as much as the rest of a hit. One background
/// thread a process writes them every 8 ms while anybody reads them, and sleeps after half a second in which nobody did.
/// </summary>
internal static class CoarseTick
{
    private const int PeriodMilliseconds = 8;
    private const int MostIdlePeriods = 64;

    private static readonly AutoResetEvent Wanted = new(false);
    private static readonly Lock Starting = new();
    private static Thread? _ticker;
    private static long _now; // 0 while the ticker sleeps.
    private static bool _isUsed;

    public static long Milliseconds
    {
        get
        {
            var now = Volatile.Read(ref _now);
            if (now == 0)
            {
                return Wake();
            }

            if (!_isUsed)
            {
                _isUsed = true;
            }

            return now;
        }
    }

#pragma warning disable RS0030 // Because this is the one place that trades the TimeProvider's clock for its coarse equal.
    private static long System => Environment.TickCount64;
#pragma warning restore RS0030

    private static long Wake()
    {
        lock (Starting)
        {
            if (_ticker is null)
            {
                _ticker = new Thread(Tick) { IsBackground = true, Name = "PerfKit.Caching clock" };
                _ticker.UnsafeStart();
            }
        }

        Wanted.Set();
        return System;
    }

    private static void Tick()
    {
        for (var idle = 0; ; idle++)
        {
            if (_isUsed)
            {
                _isUsed = false;
                idle = 0;
            }

            if (idle == MostIdlePeriods)
            {
                Volatile.Write(ref _now, 0);
                Wanted.WaitOne();
                idle = 0;
            }

            Volatile.Write(ref _now, System);
            Thread.Sleep(PeriodMilliseconds);
        }
    }
}
