using System.Collections.Concurrent;

namespace PerfKit.Caching.Internal;

/// <summary>Carries removals from the writers to the owner's callback on the thread pool, a bounded number of them.</summary>
internal sealed class RemovalQueue<TKey, TValue>(Action<TKey, TValue, RemovalCause> removed) : IThreadPoolWorkItem
{
    private const int MostWaiting = 4_096;

    private readonly ConcurrentQueue<(TKey Key, TValue Value, RemovalCause Cause)> _waiting = new();
    private int _isScheduled;

    public void Add(TKey key, TValue value, RemovalCause cause)
    {
        _waiting.Enqueue((key, value, cause));
        if (Interlocked.Exchange(ref _isScheduled, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>Called by a writer that holds no lock: when the callback cannot keep up, the writers pay for it.</summary>
    public void HelpIfBehind()
    {
        while (_waiting.Count > MostWaiting && TryRunOne()) { }
    }

    void IThreadPoolWorkItem.Execute()
    {
        Interlocked.Exchange(ref _isScheduled, 0); // Whoever adds from here on schedules anew.
        while (TryRunOne()) { }
    }

    private bool TryRunOne()
    {
        if (!_waiting.TryDequeue(out var removal))
        {
            return false;
        }

        try
        {
            removed(removal.Key, removal.Value, removal.Cause);
        }
        catch (Exception fault)
        {
            _ = Task.FromException(fault); // The others are still told; this one surfaces as unobserved.
        }

        return true;
    }
}
