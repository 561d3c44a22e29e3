using System.Diagnostics.CodeAnalysis;

namespace PerfKit.Query.Internal;

/// <summary>A key's answer and how many callers wait for it. Guarded by the loader's lock but for the task itself.</summary>
internal sealed class BatchLoad<TKey, TValue>(TKey key)
    : TaskCompletionSource<(bool Found, TValue? Value)>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public TKey Key { get; } = key;

    public int Waiters { get; set; }

    /// <summary>The round trip that carries it, or null while it waits for one.</summary>
    public BatchTrip<TKey, TValue>? Trip { get; set; }
}

/// <summary>One round trip: its loads, and how many of them somebody still waits for. Guarded by the loader's lock.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Not needed, because the source has no timer and no handle.")]
internal sealed class BatchTrip<TKey, TValue>(List<BatchLoad<TKey, TValue>> loads)
{
    private readonly CancellationTokenSource _abandoned = new();

    public List<BatchLoad<TKey, TValue>> Loads { get; } = loads;

    public int Wanted { get; set; } = loads.Count;

    public CancellationToken Token => _abandoned.Token;

    /// <summary>Cancels the fetch on another thread, so that the driver's callbacks do not run under the lock.</summary>
    public void Abandon() => _ = _abandoned.CancelAsync();
}
