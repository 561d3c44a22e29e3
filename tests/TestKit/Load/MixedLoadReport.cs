using System.Collections.Concurrent;

namespace PerfKit.TestKit.Load;

/// <summary>What came of a mixed load.</summary>
/// <param name="Requests">All answers.</param>
/// <param name="Unavailable">Answers 503 with <c>Retry-After</c>.</param>
/// <param name="Failures">The first failures as sentences: any other 5xx, a broken connection, bytes that are not the hash's.</param>
/// <param name="FailureCount">How many failures there were.</param>
/// <param name="Answers">Answers by operation and status, such as <c>upload 201</c>.</param>
/// <param name="MeanMilliseconds">Mean time of each step a caller takes; a list is three pages, a sync lasts to its end.</param>
/// <param name="ResidentBytes">The service's resident set, evenly sampled from start to end.</param>
public sealed record MixedLoadReport(
    long Requests,
    long Unavailable,
    IReadOnlyList<string> Failures,
    long FailureCount,
    IReadOnlyDictionary<string, long> Answers,
    IReadOnlyDictionary<string, double> MeanMilliseconds,
    IReadOnlyList<long> ResidentBytes
)
{
    /// <summary>Mean resident set of the last third over that of the second third.</summary>
    public double ResidentGrowth
    {
        get
        {
            var third = ResidentBytes.Count / 3;
            return ResidentBytes.Skip(2 * third).Average() / ResidentBytes.Skip(third).Take(third).Average();
        }
    }

    /// <summary>The largest resident set in bytes.</summary>
    public long PeakResidentBytes => ResidentBytes.Max();
}

/// <summary>Counts answers as they come, from all callers.</summary>
internal sealed class MixedLoadAnswers
{
    private const int KeptFailures = 20;
    private readonly ConcurrentDictionary<string, long> _answers = new();
    private readonly ConcurrentDictionary<string, (long Count, TimeSpan Sum)> _times = new();
    private readonly ConcurrentQueue<string> _failures = new();
    private long _requests;
    private long _unavailable;
    private long _failureCount;

    public async Task CountAsync(string operation, HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        Interlocked.Increment(ref _requests);
        _answers.AddOrUpdate($"{operation} {status}", 1, static (_, count) => count + 1);
        if (status == 503 && response.Headers.RetryAfter is not null)
        {
            Interlocked.Increment(ref _unavailable);
        }
        else if (status >= 500)
        {
            Fail($"{operation} {status}: {await response.Content.ReadAsStringAsync()}");
        }
    }

    public void Time(string step, TimeSpan elapsed) =>
        _times.AddOrUpdate(
            step,
            static (_, taken) => (1, taken),
            static (_, sum, taken) => (sum.Count + 1, sum.Sum + taken),
            elapsed
        );

    public void Fail(string what)
    {
        if (Interlocked.Increment(ref _failureCount) <= KeptFailures)
        {
            _failures.Enqueue(what);
        }
    }

    public MixedLoadReport Report(IReadOnlyList<long> residentBytes) =>
        new(
            _requests,
            _unavailable,
            [.. _failures],
            _failureCount,
            new SortedDictionary<string, long>(_answers),
            new SortedDictionary<string, double>(
                _times.ToDictionary(t => t.Key, t => t.Value.Sum.TotalMilliseconds / t.Value.Count)
            ),
            residentBytes
        );
}
