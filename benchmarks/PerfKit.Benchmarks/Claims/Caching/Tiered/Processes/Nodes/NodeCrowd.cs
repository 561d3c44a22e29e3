using System.Diagnostics;
using Microsoft.Extensions.Caching.Hybrid;
using PerfKit.Caching;

namespace PerfKit.Benchmarks.Claims.Caching.Tiered.Processes.Nodes;

/// <summary>What a crowd got: every different value, and when the last caller had its own.</summary>
internal sealed record CrowdReport(string[] Values, int Answered, long LastAt);

/// <summary>
/// Many callers of one cold key, gathered first and let go at one moment. Each factory call writes <c>making key ticks</c>
/// when it begins and <c>made key ticks</c> when it ends.
/// </summary>
internal sealed class NodeCrowd(TieredCache cache)
{
    private static readonly HybridCacheEntryOptions TierOnly = new()
    {
        Flags = HybridCacheEntryFlags.DisableLocalCache | HybridCacheEntryFlags.DisableDistributedCacheWrite,
    };

    private TaskCompletionSource _gate = new();
    private Task<(string Value, long At)>[] _callers = [];

    public int Gather(string key, int callers, int factoryMilliseconds)
    {
        _gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _callers = [.. Enumerable.Range(0, callers).Select(_ => CallAsync(_gate.Task, key, factoryMilliseconds))];
        return callers;
    }

    public async Task<CrowdReport> GoAsync(long at)
    {
        var left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), at);
        await Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero); // Because all processes are to begin at once.
        _gate.SetResult();
        var answers = await Task.WhenAll(_callers);
        return new CrowdReport(
            [.. answers.Select(static a => a.Value).Distinct()],
            answers.Length,
            answers.Max(static a => a.At)
        );
    }

    /// <summary>What the second tier has; a factory would say what it is.</summary>
    public async Task<string> ReadAsync(string key) =>
        await cache.GetOrCreateAsync(key, static _ => ValueTask.FromResult("made anew"), TierOnly);

    private async Task<(string Value, long At)> CallAsync(Task gate, string key, int factoryMilliseconds)
    {
        await gate;
        var value = await cache.GetOrCreateAsync(key, (key, factoryMilliseconds), MakeAsync);
        return (value, Stopwatch.GetTimestamp());
    }

    private static async ValueTask<string> MakeAsync((string Key, int Milliseconds) call, CancellationToken token)
    {
        Console.WriteLine($"making {call.Key} {Stopwatch.GetTimestamp()}");
        await Task.Delay(call.Milliseconds, token); // Because a factory takes its time.
        Console.WriteLine($"made {call.Key} {Stopwatch.GetTimestamp()}");
        return $"{call.Key} by {Environment.ProcessId} at {Stopwatch.GetTimestamp()}";
    }
}
