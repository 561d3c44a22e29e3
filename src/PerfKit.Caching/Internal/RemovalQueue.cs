using System.Collections.Concurrent;

namespace PerfKit.Caching.Internal;

/// <summary>
/// Carries removals from the writers to the owner's callback: on one thread of the pool at a time, and on writers when it
/// falls behind, so their number is bounded and a callback that blocks does not take up the pool.
/// </summary>
internal sealed class RemovalQueue<TKey, TValue>(Action<TKey, TValue, RemovalCause> removed) : IThreadPoolWorkItem
{
    private const int MostWaiting = 4_096;

    [ThreadStatic]
    private static bool _isTelling; // A callback that writes to a cache must not be called within itself without end.

    private readonly ConcurrentQueue<(TKey Key, TValue Value, RemovalCause Cause)> _waiting = new();
    private int _isScheduled;

    public void Add(TKey key, TValue value, RemovalCause cause)
    {
        _waiting.Enqueue((key, value, cause));
        Schedule();
    }

    /// <summary>Called by a writer that holds no lock: when the callback cannot keep up, the writers pay for it.</summary>
    public void HelpIfBehind()
    {
        while (!_isTelling && _waiting.Count > MostWaiting && TryTellOne()) { }
    }

    void IThreadPoolWorkItem.Execute()
    {
        while (TryTellOne()) { }

        Interlocked.Exchange(ref _isScheduled, 0); // Whoever adds from here on schedules anew.
        if (!_waiting.IsEmpty)
        {
            Schedule(); // Added before that, by one who relied on this thread.
        }
    }

    private void Schedule()
    {
        if (Interlocked.Exchange(ref _isScheduled, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    private bool TryTellOne()
    {
        if (!_waiting.TryDequeue(out var removal))
        {
            return false;
        }

        _isTelling = true;
        try
        {
            removed(removal.Key, removal.Value, removal.Cause);
        }
        catch (Exception fault)
        {
            _ = Task.FromException(fault); // The others are still told; this one surfaces as unobserved.
        }
        finally
        {
            _isTelling = false;
        }

        return true;
    }
}
