namespace PerfKit.Caching;

/// <summary>
/// The second tier of a <c>TieredCache</c>: bytes under keys, with tags, shared by processes. One instance serves
/// one cache name and never shows it the entries of another. Thread-safe.
/// </summary>
/// <remarks>
/// Methods throw when the tier cannot be reached. Each round trip has a deadline of the tier's own, tens of milliseconds,
/// and throws <see cref="TimeoutException"/> behind it; breaker, probe and journal are the cache's. What a call that
/// threw has sent may still take effect, until <see cref="RejoinAsync"/> completes.
/// </remarks>
public interface ICacheTier
{
    /// <summary>
    /// Milliseconds of one clock that all processes sharing the tier agree on, whatever their own clocks say; only
    /// differences mean something. Costs no round trip.
    /// </summary>
    long NowMilliseconds { get; }

    /// <summary>Reads a value that is stored and was neither removed by key nor by tag since its making began.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The value, to be disposed by the caller; null where there is none.</returns>
    ValueTask<TierEntry?> ReadAsync(string key, CancellationToken cancellationToken);

    /// <summary>
    /// The same, and where there is none gives the caller the right to make it: one process at a time has it. While
    /// another has it, this waits until that one has written, has given up or has died; no polling.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The value or the claim: exactly one of the two.</returns>
    ValueTask<TierOutcome> ReadOrClaimAsync(string key, CancellationToken cancellationToken);

    /// <summary>
    /// The right to replace a value that is there: its write succeeds if by then the value is still the same one and
    /// nothing was removed. Others may make it at the same time.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="entry">What was read, not yet disposed; null to claim without having read, which only a later removal voids.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The claim.</returns>
    ValueTask<TierClaim> ClaimAsync(string key, TierEntry? entry, CancellationToken cancellationToken);

    /// <summary>Puts a value whatever is there, tells the other processes, and voids every claim of the key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">What to store; its payload is not used after the call has completed or thrown.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>When the tier has taken it.</returns>
    ValueTask PutAsync(string key, TierValue value, CancellationToken cancellationToken);

    /// <summary>Removes a key, tells the other processes, and voids every claim of the key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>When no process can read the value from the tier any more.</returns>
    ValueTask RemoveAsync(string key, CancellationToken cancellationToken);

    /// <summary>
    /// Removes what has the tag, tells the other processes, and voids claims as far as they are written with that tag.
    /// </summary>
    /// <param name="tag">The tag; <c>*</c> is everything.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>When no process can read such a value from the tier any more.</returns>
    ValueTask RemoveByTagAsync(string tag, CancellationToken cancellationToken);

    /// <summary>
    /// Takes part again after calls have thrown or were given up: when this completes, nothing sent earlier can take
    /// effect any more, and these keys and tags are removed as by <see cref="RemoveAsync"/> and
    /// <see cref="RemoveByTagAsync"/>. Also the probe whether the tier is back: it may be called while it is not.
    /// </summary>
    /// <param name="keys">What was written or removed while the tier could not be reached.</param>
    /// <param name="tags">Tags removed meanwhile; <c>*</c> among them when the list of keys is not complete.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>When the tier may be read again.</returns>
    ValueTask RejoinAsync(
        IReadOnlyCollection<string> keys,
        IReadOnlyCollection<string> tags,
        CancellationToken cancellationToken
    );

    /// <summary>Begins to tell what other processes remove and put. Called once, before any other method.</summary>
    /// <param name="listener">Told from any thread; it returns quickly and does not throw.</param>
    /// <returns>Ends the telling.</returns>
    IDisposable Listen(ICacheTierListener listener);
}
