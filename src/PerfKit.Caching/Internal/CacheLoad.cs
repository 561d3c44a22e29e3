using System.Diagnostics.CodeAnalysis;

namespace PerfKit.Caching.Internal;

/// <summary>
/// One running factory call and those who wait for it. Continuations run on the pool, never on the thread that finished
/// the factory, so ten thousand waiters do not queue behind one another there.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A source without timer or parent holds nothing to dispose.")]
internal sealed class CacheLoad<TValue>()
    : TaskCompletionSource<TValue>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    // Never disposed: a late Cancel must not meet a disposed source.
    private CancellationTokenSource? _abandoned;
    private int _thread; // That runs a factory which does not wait.

    /// <summary>Guarded by the cache's lock.</summary>
    public int Waiters { get; set; }

    /// <summary>Only callers of one mode share a load; what the modes mean is the owner's business.</summary>
    public int Mode { get; init; }

    /// <summary>The key's next load, of another mode. Guarded by the cache's lock.</summary>
    public CacheLoad<TValue>? Next { get; set; }

    /// <summary>Asked for by the one who runs the factory; one that does not wait has none.</summary>
    public CancellationToken Token => Abandoned().Token;

    public void RunsOnThisThread() => Volatile.Write(ref _thread, Environment.CurrentManagedThreadId);

    /// <summary>Blocks until the factory has ended.</summary>
    public TValue Await<TKey>(TKey key) =>
        Volatile.Read(ref _thread) == Environment.CurrentManagedThreadId
            ? throw new InvalidOperationException($"The factory of key '{key}' asks the cache for its own key.")
            : Task.GetAwaiter().GetResult();

    public void Abandon() => Abandoned().Cancel();

    private CancellationTokenSource Abandoned() =>
        Volatile.Read(ref _abandoned)
        ?? Interlocked.CompareExchange(ref _abandoned, new CancellationTokenSource(), null)
        ?? _abandoned;

    public void Fail(Exception fault)
    {
        SetException(fault);
        _ = Task.Exception; // Every waiter may have left: a fault that nobody awaits is not an unobserved one.
    }
}
