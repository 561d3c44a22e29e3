using System.Diagnostics;
using Microsoft.Extensions.Caching.Hybrid;
using PerfKit.Caching;

namespace PerfKit.Benchmarks.Claims.Caching.Tiered.Processes.Nodes;

/// <summary>
/// Writes its own key all the time, and looks for another process's in the second tier alone: neither memory nor a factory
/// answers, so what is found came through Redis.
/// </summary>
internal sealed class NodeBeacon(TieredCache cache)
{
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(2);
    private static readonly HybridCacheEntryOptions TierOnly = new()
    {
        Flags = HybridCacheEntryFlags.DisableLocalCache | HybridCacheEntryFlags.DisableUnderlyingData,
    };

    private CancellationTokenSource _dark = new();

    /// <summary>The moment the other's key was found; the writing goes on until <see cref="Stop"/>.</summary>
    public async Task<long> FindAsync(string own, string other)
    {
        _dark = new CancellationTokenSource();
        _ = Task.Run(() => ShineAsync(own, _dark.Token));
        while (true)
        {
            var found = await cache.GetOrCreateAsync(other, static _ => ValueTask.FromResult(0L), TierOnly);
            if (found != 0)
            {
                return Stopwatch.GetTimestamp();
            }

            await Task.Delay(Rest); // Because it asks all the time, and others are to work too.
        }
    }

    public bool Stop()
    {
        _dark.Cancel();
        return true;
    }

    private async Task ShineAsync(string own, CancellationToken dark)
    {
        while (!dark.IsCancellationRequested)
        {
            await cache.SetAsync(own, Stopwatch.GetTimestamp(), cancellationToken: CancellationToken.None);
            await Task.Delay(Rest, CancellationToken.None); // Because a service does not write all the time.
        }
    }
}
