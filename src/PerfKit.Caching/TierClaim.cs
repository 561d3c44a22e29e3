namespace PerfKit.Caching;

/// <summary>
/// The right to make a key's value. Its holder writes once or gives it up by disposing it; either wakes those who wait.
/// A holder that dies loses it when its lease runs out; one that lives keeps it however long the making takes.
/// </summary>
public abstract class TierClaim : IAsyncDisposable
{
    /// <summary>Stores the value, unless the claim was voided: by a put, a removal of the key or of a tag, or a lost lease.</summary>
    /// <param name="value">What to store; its payload is not used after the call has completed or thrown.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether it was stored.</returns>
    public abstract ValueTask<bool> WriteAsync(TierValue value, CancellationToken cancellationToken);

    /// <summary>Gives the claim up if it was not written. Never throws.</summary>
    /// <returns>When others may claim.</returns>
    public abstract ValueTask DisposeAsync();
}
