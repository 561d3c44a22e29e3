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
    private readonly CancellationTokenSource _abandoned = new();

    /// <summary>Guarded by the cache's lock.</summary>
    public int Waiters { get; set; }

    public CancellationToken Token => _abandoned.Token;

    public void Abandon() => _abandoned.Cancel();

    public void Fail(Exception fault)
    {
        SetException(fault);
        _ = Task.Exception; // Every waiter may have left: a fault that nobody awaits is not an unobserved one.
    }
}
