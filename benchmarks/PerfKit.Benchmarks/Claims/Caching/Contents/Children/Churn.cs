using System.Diagnostics;
using PerfKit.Benchmarks.Measure;

namespace PerfKit.Benchmarks.Claims.Caching.Contents.Children;

/// <summary>What a process saw of a cache that holds 1 GiB while contents come and go.</summary>
internal sealed record ChurnReport(
    double PutsPerSecond,
    double PausePercent,
    double TailMs,
    double ResidentOverContent,
    int Collections
);

/// <summary>
/// Fills a cache with 1 GiB of 64 KB contents, then goes on putting new ones, unpaced or 2,000 a second with a read after each, and
/// looks at what the collector did meanwhile.
/// </summary>
internal static class Churn
{
    private const int PutsPerSecond = 2000;
    private const int Length = ChurnSides.ContentBytes;

    private static readonly TimeSpan Paced = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan Unpaced = TimeSpan.FromSeconds(5);

    public static ChurnReport Run(string side, bool isPaced)
    {
        var pattern = new ContentPattern();
        var emptyBytes = Memory.ResidentBytes();
        var cache = ChurnSides.Create(side);
        var number = 0L;
        for (; number < ChurnSides.Contents * 5L / 4; number++)
        {
            cache.Put(number, pattern.Bytes(number, Length)); // Filled, and evicting.
        }

        var milliseconds = new List<double>(isPaced ? PutsPerSecond * 60 : 4 << 20);
        var collections = GC.CollectionCount(0);
        var paused = GC.GetTotalPauseDuration();
        var started = Stopwatch.GetTimestamp();
        var peakBytes = 0L;
        var last = number;
        for (; Stopwatch.GetElapsedTime(started) < (isPaced ? Paced : Unpaced); number++)
        {
            var began = Stopwatch.GetTimestamp();
            cache.Put(number, pattern.Bytes(number, Length));
            milliseconds.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            if (isPaced)
            {
                began = Stopwatch.GetTimestamp();
                Read(cache, number);
                milliseconds.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                WaitFor(started, (number - last + 1) / (double)PutsPerSecond);
            }

            if (number % (4 * PutsPerSecond) == 0)
            {
                peakBytes = Math.Max(peakBytes, Memory.ResidentBytes());
            }
        }

        var elapsed = Stopwatch.GetElapsedTime(started);
        milliseconds.Sort();
        return new ChurnReport(
            (number - last) / elapsed.TotalSeconds,
            (GC.GetTotalPauseDuration() - paused) / elapsed * 100,
            milliseconds[(int)(milliseconds.Count * 0.9999)],
            (peakBytes - emptyBytes) / (double)ChurnSides.HeldBytes,
            GC.CollectionCount(0) - collections
        );
    }

    private static void Read(IChurnSide cache, long number)
    {
        if (!cache.TryRead(number, Length))
        {
            throw new InvalidOperationException("A content that was just put is not readable.");
        }
    }

    /// <summary>Sleeps while there is time and spins for the rest, so that the pace holds and a core stays free.</summary>
    private static void WaitFor(long started, double seconds)
    {
        while (Stopwatch.GetElapsedTime(started).TotalSeconds is var now && now < seconds)
        {
            if (seconds - now > 0.0015)
            {
                Thread.Sleep(1);
            }
            else
            {
                Thread.SpinWait(20);
            }
        }
    }
}
