using System.Collections.Concurrent;

namespace PerfKit.Benchmarks.Claims;

/// <summary>
/// One dear run that several claims read a figure from. A claim that asks again, for its repeat, gets a fresh run, which
/// the other claims that repeat then share.
/// </summary>
internal sealed class SharedRun<T>(Func<Task<T>> run)
{
    private readonly ConcurrentDictionary<string, int> _asked = new();
    private readonly ConcurrentDictionary<int, Lazy<Task<T>>> _runs = new();

    public Task<T> ForAsync(string claim)
    {
        var generation = _asked.AddOrUpdate(claim, 0, static (_, before) => before + 1);
        return _runs.GetOrAdd(generation, _ => new Lazy<Task<T>>(run)).Value;
    }
}
