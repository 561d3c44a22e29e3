using System.Diagnostics.CodeAnalysis;

namespace PerfKit.Caching;

/// <summary>A bounded table of values inside this process, safe for any number of threads.</summary>
/// <typeparam name="TKey">The key; its hash code and equality must not change while it is in the cache.</typeparam>
/// <typeparam name="TValue">The value. The same instance is handed to every reader: treat it as read-only.</typeparam>
public interface ILocalCache<TKey, TValue>
    where TKey : notnull
{
    /// <summary>Finds a value that is present and not expired. Takes no lock and allocates nothing.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value when found.</param>
    /// <returns>Whether the value was found.</returns>
    bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value);

    /// <summary>
    /// Finds the value or makes it. However many callers miss the same key together, one factory call runs and all share
    /// its outcome. A hit takes no lock and allocates nothing.
    /// </summary>
    /// <remarks>
    /// A failing factory fails the callers that wait for it and nothing is kept, so the next caller tries again. A caller
    /// that cancels leaves alone; when the last one leaves, the factory's token is cancelled. A factory that began before
    /// a <see cref="Set(TKey, TValue)"/>, <see cref="Remove"/> or <see cref="Clear"/> of its key still answers its callers but is never
    /// kept. The factory starts on the first caller's thread and must not ask this cache for its own key: it would wait
    /// for itself.
    /// </remarks>
    /// <typeparam name="TState">What the factory needs, passed through so that the delegate can be static.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="state">Given to the factory.</param>
    /// <param name="factory">Makes the value; its token is cancelled when nobody waits any more.</param>
    /// <param name="cancellationToken">Ends this caller's wait, not the other callers'.</param>
    /// <returns>The value.</returns>
    /// <exception cref="OperationCanceledException">This caller's token was cancelled.</exception>
    ValueTask<TValue> GetOrAddAsync<TState>(
        TKey key,
        TState state,
        Func<TKey, TState, CancellationToken, ValueTask<TValue>> factory,
        CancellationToken cancellationToken = default
    );

    /// <summary>
    /// The same for a factory that does not wait. Callers that miss while it runs block until it ends; a factory that asks
    /// this cache for its own key is refused with an <see cref="InvalidOperationException"/>.
    /// </summary>
    /// <typeparam name="TState">What the factory needs, passed through so that the delegate can be static.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="state">Given to the factory.</param>
    /// <param name="factory">Makes the value, on the first caller's thread.</param>
    /// <returns>The value.</returns>
    TValue GetOrAdd<TState>(TKey key, TState state, Func<TKey, TState, TValue> factory);

    /// <summary>
    /// Puts or replaces a value. One that weighs more than the whole capacity is not kept, and what was there is removed.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    [SuppressMessage("Naming", "CA1716", Justification = "Set is what .NET's caches call it.")]
    void Set(TKey key, TValue value);

    /// <summary>Puts or replaces a value with a lifetime of its own; one with no time to live is not kept.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="lifetime">How long it is served.</param>
    /// <exception cref="ArgumentOutOfRangeException">The lifetime is negative or below a millisecond.</exception>
    [SuppressMessage("Naming", "CA1716", Justification = "Set is what .NET's caches call it.")]
    void Set(TKey key, TValue value, CacheLifetime lifetime);

    /// <summary>
    /// Puts a value if the one that is there equals another, in one step: by <see cref="EqualityComparer{T}.Default"/>.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The new value.</param>
    /// <param name="expected">What must be there.</param>
    /// <returns>Whether it was there and has been replaced.</returns>
    bool TryReplace(TKey key, TValue value, TValue expected);

    /// <summary>Removes a value; a factory that is running for the key will not publish.</summary>
    /// <param name="key">The key.</param>
    /// <returns>Whether a value that had not expired was removed.</returns>
    bool Remove(TKey key);

    /// <summary>Removes everything; no factory that is running will publish.</summary>
    void Clear();

    /// <summary>Counts since the cache was made, and what it holds now. Expired entries count until they are replaced.</summary>
    /// <returns>The figures, each exact, taken one after the other.</returns>
    LocalCacheStatistics GetStatistics();

    /// <summary>Says in a sentence whether the key is present and, if not, why: for people, at a debugger or in a log.</summary>
    /// <param name="key">The key.</param>
    /// <returns>The sentence. Its wording may change; the key's text is part of it.</returns>
    string Explain(TKey key);
}
