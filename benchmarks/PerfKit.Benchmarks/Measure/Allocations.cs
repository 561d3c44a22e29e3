using PerfKit.TestKit;

namespace PerfKit.Benchmarks.Measure;

/// <summary>Bytes allocated, an exact counter: the figure that a noisy machine does not change.</summary>
public static class Allocations
{
    private const int Rounds = 3;

    /// <summary>
    /// Bytes one operation allocates on the calling thread, at best of some warm rounds. <paramref name="run"/> does the
    /// given number of operations and must not hop threads.
    /// </summary>
    public static double PerOperation(int operations, Action<int> run) =>
        Allocated.Least(() => run(operations)) / (double)operations;

    /// <summary>The same over all threads of the process, for asynchronous work; includes what others allocate meanwhile.</summary>
    public static async Task<double> PerOperationAsync(int operations, Func<int, Task> run)
    {
        await run(operations);
        var least = long.MaxValue;
        for (var round = 0; round < Rounds; round++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await run(operations);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        return least / (double)operations;
    }
}
