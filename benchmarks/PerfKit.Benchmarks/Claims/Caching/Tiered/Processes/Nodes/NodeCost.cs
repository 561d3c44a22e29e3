using System.Diagnostics;
using PerfKit.Caching;

namespace PerfKit.Benchmarks.Claims.Caching.Tiered.Processes.Nodes;

/// <summary>What calls cost when Redis is away, in milliseconds over the factory's own and without what the machine took.</summary>
/// <param name="First">The first call.</param>
/// <param name="Then">The 99th percentile of the misses behind it.</param>
/// <param name="Write">The longest of a set, a removal and a removal by tag behind it.</param>
internal sealed record OutageReport(double First, double Then, double Write);

/// <summary>Calls one after the other, of keys that nobody has called before.</summary>
internal sealed class NodeCost(TieredCache cache)
{
    private const int HitKeys = 16;
    private static readonly TimeSpan Young = TimeSpan.FromSeconds(1.2); // So long a new process is given more time.
    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly StallWatch _stalls = new();
    private int _keys;
    private int _made;

    /// <summary>Compiled, connected, and no longer new.</summary>
    public async Task<int> WarmAsync(int misses)
    {
        while (!cache.IsTierAvailable || Stopwatch.GetElapsedTime(_began) < Young)
        {
            await MissAsync(misses);
            await WriteAsync();
        }

        await MissAsync(misses);
        return misses;
    }

    /// <summary>How many factory calls so many misses took.</summary>
    public async Task<int> MissAsync(int misses)
    {
        var before = Volatile.Read(ref _made);
        for (var i = 0; i < misses; i++)
        {
            await MissAsync();
        }

        return Volatile.Read(ref _made) - before;
    }

    /// <summary>How many factory calls so many reads of a few keys in memory took, which the first such call makes.</summary>
    public async Task<int> HitAsync(int hits)
    {
        string[] keys = [.. Enumerable.Range(0, HitKeys).Select(i => $"{Environment.ProcessId}:hit:{i}")];
        foreach (var key in keys)
        {
            await GetAsync(key);
        }

        var before = Volatile.Read(ref _made);
        for (var i = 0; i < hits; i++)
        {
            await GetAsync(keys[i % keys.Length]);
        }

        return Volatile.Read(ref _made) - before;
    }

    public async Task<OutageReport> OutageAsync(string first, int misses)
    {
        var key = NewKey();
        var cost = await TimeAsync(() =>
            first switch
            {
                "set" => cache.SetAsync(key, key),
                "remove" => cache.RemoveAsync(key),
                "tag" => cache.RemoveByTagAsync("tag"),
                _ => MissAsync(),
            }
        );
        var costs = new double[misses];
        for (var i = 0; i < misses; i++)
        {
            costs[i] = await TimeAsync(MissAsync);
        }

        Array.Sort(costs);
        return new OutageReport(cost, costs[misses * 99 / 100], await WriteAsync());
    }

    private async Task<double> WriteAsync()
    {
        var key = NewKey();
        var set = await TimeAsync(() => cache.SetAsync(key, key, tags: ["tag"]));
        var removed = await TimeAsync(() => cache.RemoveAsync(key));
        return Math.Max(Math.Max(set, removed), await TimeAsync(() => cache.RemoveByTagAsync("tag")));
    }

    private async ValueTask<double> TimeAsync(Func<ValueTask> call)
    {
        var lost = _stalls.Lost;
        var began = Stopwatch.GetTimestamp();
        await call();
        var took = Stopwatch.GetTimestamp() - began;
        return Math.Max(0, took - (_stalls.Lost - lost)) * 1_000.0 / Stopwatch.Frequency;
    }

    private async ValueTask MissAsync() => await GetAsync(NewKey());

    private ValueTask<string> GetAsync(string key) =>
        cache.GetOrCreateAsync(
            key,
            (Node: this, Key: key),
            static (call, _) =>
            {
                Interlocked.Increment(ref call.Node._made);
                return ValueTask.FromResult(call.Key);
            }
        );

    private string NewKey() => $"{Environment.ProcessId}:{Interlocked.Increment(ref _keys)}";
}
