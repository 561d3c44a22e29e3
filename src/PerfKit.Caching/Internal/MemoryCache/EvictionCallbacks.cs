using System.Collections.Concurrent;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Logging;

namespace PerfKit.Caching.Internal;

/// <summary>
/// Takes entries that left to the thread pool, one work item each, so that a callback that blocks holds up no other. A
/// bounded number waits: beyond it the writers help.
/// </summary>
internal sealed partial class EvictionCallbacks(ILogger logger) : IThreadPoolWorkItem
{
    private const int MostWaiting = 4_096;

    private readonly ConcurrentQueue<MemoryCacheEntry> _waiting = new();

    public void Add(MemoryCacheEntry entry)
    {
        _waiting.Enqueue(entry);
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Called by a writer that holds no lock.</summary>
    public void HelpIfBehind()
    {
        while (_waiting.Count > MostWaiting && TryRunOne()) { }
    }

    void IThreadPoolWorkItem.Execute() => TryRunOne();

    private bool TryRunOne()
    {
        if (!_waiting.TryDequeue(out var entry))
        {
            return false;
        }

        try
        {
            Tell(entry, entry.Retire());
        }
        catch (Exception fault)
        {
            LogFailure(logger, fault); // A token that cannot be let go of.
        }

        return true;
    }

    private void Tell(MemoryCacheEntry entry, IReadOnlyList<PostEvictionCallbackRegistration> callbacks)
    {
        foreach (var registration in entry.Reason == EvictionReason.None ? [] : callbacks)
        {
            try
            {
                registration.EvictionCallback?.Invoke(entry.Key, entry.Value, entry.Reason, registration.State);
            }
            catch (Exception fault)
            {
                LogFailure(logger, fault);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Error, "A callback after an eviction failed.")]
    private static partial void LogFailure(ILogger logger, Exception fault);
}
