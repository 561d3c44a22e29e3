namespace PerfKit.Benchmarks.Measure;

/// <summary>What a run of operations cost: wall time, CPU time of the whole process, bytes allocated by all threads.</summary>
public readonly record struct Cost(TimeSpan Wall, TimeSpan Cpu, long AllocatedBytes)
{
    public static async Task<Cost> OfAsync(int operations, Func<int, Task> run)
    {
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var cpu = Environment.CpuUsage.TotalTime;
        var wall = System.Diagnostics.Stopwatch.GetTimestamp();
        await run(operations);
        return new Cost(
            System.Diagnostics.Stopwatch.GetElapsedTime(wall),
            Environment.CpuUsage.TotalTime - cpu,
            GC.GetTotalAllocatedBytes(precise: true) - allocated
        );
    }
}
