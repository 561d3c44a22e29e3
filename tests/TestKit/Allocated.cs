namespace PerfKit.TestKit;

/// <summary>What code allocates, for promises of "nothing".</summary>
public static class Allocated
{
    private const int Rounds = 5;

    /// <summary>
    /// Bytes that this thread allocates in one run. The first run warms up; of the others the least counts, because the
    /// runtime itself adds some now and then: when it replaces a method by a better one, and when a collection begun
    /// elsewhere takes the thread's half-used allocation buffer away.
    /// </summary>
    public static long Least(Action run)
    {
        ArgumentNullException.ThrowIfNull(run);
        run();
        var least = long.MaxValue;
        for (var round = 0; round < Rounds; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            run();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
