using System.Diagnostics;

namespace PerfKit.Benchmarks.Claims.Caching.Tiered.Processes.Nodes;

/// <summary>
/// A thread that does nothing but wake every millisecond. Where it wakes late, the machine gave this process no time, and
/// what was measured meanwhile is not the cache's. A starved thread pool does not hold it up, so that still counts.
/// </summary>
internal sealed class StallWatch
{
    private static readonly long Usual = Stopwatch.Frequency / 1_000 * 5;
    private long _lost;
    private long _woke = Stopwatch.GetTimestamp();

    public StallWatch()
    {
        new Thread(Run) { IsBackground = true, Priority = ThreadPriority.AboveNormal }.Start();
    }

    /// <summary>Ticks lost so far, one that still goes on included.</summary>
    public long Lost =>
        Volatile.Read(ref _lost) + Math.Max(0, Stopwatch.GetTimestamp() - Volatile.Read(ref _woke) - Usual);

    private void Run()
    {
        while (true)
        {
            Thread.Sleep(1);
            var now = Stopwatch.GetTimestamp();
            var late = now - _woke - Usual;
            if (late > 0)
            {
                Volatile.Write(ref _lost, _lost + late);
            }

            Volatile.Write(ref _woke, now);
        }
    }
}
