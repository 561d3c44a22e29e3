using System.Diagnostics;
using PerfKit.Benchmarks.Measure;

namespace PerfKit.Benchmarks.Claims.RateLimit.Keyed;

/// <summary>The longest of many calls on one thread: by the wall, and without what the machine took from the thread.</summary>
internal sealed class CallTimes
{
    /// <summary>By the wall if the thread went to sleep in the call, else its CPU time.</summary>
    public TimeSpan Stall { get; private set; }

    public TimeSpan LongestWall { get; private set; }

    /// <summary>By the wall, of a call that does nothing: what the machine alone does.</summary>
    public TimeSpan LongestEmpty { get; private set; }

    public (ThreadTime Thread, long Wall) Begin()
    {
        var thread = ThreadTime.Now;
        return (thread, Stopwatch.GetTimestamp());
    }

    public void End((ThreadTime Thread, long Wall) began)
    {
        var wall = Stopwatch.GetElapsedTime(began.Wall);
        var thread = ThreadTime.Now;
        var stall = thread.Sleeps > began.Thread.Sleeps ? wall : Least(wall, thread.Cpu - began.Thread.Cpu);
        Stall = Stall < stall ? stall : Stall;
        LongestWall = LongestWall < wall ? wall : LongestWall;
    }

    public void EndEmpty((ThreadTime Thread, long Wall) began)
    {
        var wall = Stopwatch.GetElapsedTime(began.Wall);
        LongestEmpty = LongestEmpty < wall ? wall : LongestEmpty;
    }

    private static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
