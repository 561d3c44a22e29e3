using System.IO.Pipelines;
using PerfKit.Benchmarks.Measure;
using PerfKit.Caching;

namespace PerfKit.Benchmarks.Claims.Caching.Contents.Children;

internal sealed record OverloadReport(long DetectedLimitBytes, long PeakResidentBytes, long Kept, long PassedThrough);

/// <summary>
/// A process limited from outside meets four times its memory in contents: filled through pipes by several callers, some
/// leased for a while. It knows nothing of the limit but what its budget finds out.
/// </summary>
internal static class Overload
{
    private const long ContentBytes = 1L << 30;
    private const int Callers = 4;
    private const int Largest = 4 << 20;

    public static async Task<OverloadReport> RunAsync()
    {
        var budget = new MemoryBudget(new MemoryBudgetOptions());
        var cache = new ContentCache(
            new ContentCacheOptions { CapacityBytes = ContentBytes, MaxContentBytes = Largest },
            budget
        );
        var pattern = new ContentPattern();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(c => Task.Run(() => CallAsync(cache, pattern, c))));
        var statistics = cache.GetStatistics();
        return new OverloadReport(
            budget.LimitBytes,
            Memory.PeakResidentBytes(),
            statistics.Contents,
            statistics.PassedThrough
        );
    }

    private static async Task CallAsync(ContentCache cache, ContentPattern pattern, int caller)
    {
        var random = new Random(caller);
        var leases = new Queue<ContentLease>();
        var writer = PipeWriter.Create(Stream.Null);
        for (var (left, i) = (ContentBytes / Callers, 0L); left > 0; i++)
        {
            var number = (i * Callers) + caller;
            var length = (int)(1024 * Math.Pow(Largest / 1024.0, random.NextDouble()));
            left -= length;
            await cache.WriteToAsync(
                ContentPattern.Key(number),
                length,
                0,
                null,
                writer,
                (pattern, number, length),
                static (s, _) => new(PipeReader.Create(new(s.pattern.Bytes(s.number, s.length).ToArray())))
            );
            if (cache.TryGet(ContentPattern.Key(number), out var lease))
            {
                leases.Enqueue(lease);
            }

            while (leases.Count > 4)
            {
                leases.Dequeue().Dispose();
            }
        }

        while (leases.TryDequeue(out var last))
        {
            last.Dispose();
        }
    }
}
