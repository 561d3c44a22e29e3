using System.Diagnostics;
using PerfKit.Benchmarks.Measure;
using PerfKit.Caching;

namespace PerfKit.Benchmarks.Claims.Caching.Contents.Children;

internal sealed record ByteBoundReport(
    double OvershootPercent,
    double GrowthBytes,
    long Puts,
    long Refused,
    long Evicted,
    long Wrong
);

/// <summary>
/// Two writers put contents of 64 B to 4 MB, as many small as large by order of magnitude, for a minute into a cache whose budget
/// is 256 MiB; the growth of the process's resident set is held against the budget.
/// </summary>
internal static class ByteBound
{
    private const long BudgetBytes = 256L << 20;
    private const int Smallest = 64;
    private const int Largest = 4 << 20;

    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(60);

    public static async Task<ByteBoundReport> RunAsync()
    {
        var pattern = new ContentPattern();
        await WriteAsync(Create(16 << 20), pattern, TimeSpan.FromSeconds(1)); // Code and heap as they are in use.
        GC.Collect();
        var before = Memory.ResidentBytes();
        var peak = 0L;
        using var watch = new Timer(
            _ => Interlocked.Exchange(ref peak, Math.Max(peak, Memory.ResidentBytes())),
            null,
            TimeSpan.Zero,
            TimeSpan.FromMilliseconds(20)
        );
        var (puts, refused, evicted, wrong) = await WriteAsync(Create(BudgetBytes), pattern, Duration);
        var growth = Math.Max(Volatile.Read(ref peak), Memory.ResidentBytes()) - before;
        return new ByteBoundReport(
            Math.Max(0, (growth - BudgetBytes) * 100.0 / BudgetBytes),
            growth,
            puts,
            refused,
            evicted,
            wrong
        );
    }

    private static ContentCache Create(long budgetBytes) =>
        new(
            new ContentCacheOptions { CapacityBytes = budgetBytes, MaxContentBytes = Largest },
            new MemoryBudget(new MemoryBudgetOptions { LimitBytes = budgetBytes })
        );

    private static async Task<(long Puts, long Refused, long Evicted, long Wrong)> WriteAsync(
        ContentCache cache,
        ContentPattern pattern,
        TimeSpan duration
    )
    {
        using (cache)
        {
            var writers = Enumerable.Range(0, 2).Select(w => Task.Run(() => Write(cache, pattern, w, duration)));
            var counts = await Task.WhenAll(writers);
            return (
                counts.Sum(c => c.Puts),
                counts.Sum(c => c.Refused),
                counts.Sum(c => c.Evicted),
                counts.Sum(c => c.Wrong)
            );
        }
    }

    private static (long Puts, long Refused, long Evicted, long Wrong) Write(
        ContentCache cache,
        ContentPattern pattern,
        int writer,
        TimeSpan duration
    )
    {
        var random = new Random(writer);
        var (puts, refused, evicted, wrong) = (0L, 0L, 0L, 0L);
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < duration; puts++)
        {
            var number = (puts * 2) + writer;
            var length = (int)(Smallest * Math.Pow(Largest / (double)Smallest, random.NextDouble()));
            if (!cache.TryPut(ContentPattern.Key(number), pattern.Bytes(number, length)))
            {
                refused++;
            }
            else if (!cache.TryGet(ContentPattern.Key(number), out var lease))
            {
                evicted++; // By the other writer, while this one was not running.
            }
            else
            {
                using (lease)
                {
                    wrong += pattern.Is(number, lease.Content) ? 0 : 1;
                }
            }
        }

        return (puts, refused, evicted, wrong);
    }
}
