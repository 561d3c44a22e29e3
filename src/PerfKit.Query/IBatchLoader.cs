namespace PerfKit.Query;

/// <summary>Loads values by key so that many loads cost one round trip. Its life is one request: it remembers what it loaded.</summary>
public interface IBatchLoader<TKey, TValue>
    where TKey : notnull
{
    /// <summary>Loads one value, together with all others asked for at the same time.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Ends this caller's wait; the trip goes on while others wait for it.</param>
    /// <returns>The value; <c>default</c> when the fetch did not give one for this key.</returns>
    ValueTask<TValue?> LoadAsync(TKey key, CancellationToken cancellationToken = default);

    /// <summary>Loads several values, together with all others asked for at the same time.</summary>
    /// <param name="keys">The keys; repeated ones are asked for once, and no keys cost no trip.</param>
    /// <param name="cancellationToken">Ends this caller's wait; the trip goes on while others wait for it.</param>
    /// <returns>The values found; keys without a value are absent.</returns>
    ValueTask<IReadOnlyDictionary<TKey, TValue>> LoadManyAsync(
        IReadOnlyCollection<TKey> keys,
        CancellationToken cancellationToken = default
    );
}
