using System.Diagnostics.CodeAnalysis;
using PerfKit.Caching.Internal;

namespace PerfKit.Caching;

/// <summary>Shorthands for <see cref="ILocalCache{TKey, TValue}"/>.</summary>
public static class LocalCacheExtensions
{
    /// <summary>
    /// Finds a value by the characters of its key, without making a string of them. Allocates nothing when keys are
    /// compared by the default or <see cref="StringComparer.Ordinal"/>.
    /// </summary>
    /// <typeparam name="TValue">The value.</typeparam>
    /// <param name="cache">The cache.</param>
    /// <param name="key">The characters of the key.</param>
    /// <param name="value">The value when found.</param>
    /// <returns>Whether the value was found.</returns>
    public static bool TryGet<TValue>(
        this ILocalCache<string, TValue> cache,
        ReadOnlySpan<char> key,
        [MaybeNullWhen(false)] out TValue value
    )
    {
        ArgumentNullException.ThrowIfNull(cache);
        return cache is ITextLookup<TValue> lookup
            ? lookup.TryGet(key, out value)
            : cache.TryGet(key.ToString(), out value);
    }

    /// <summary>The value, or the default of its type when it is absent.</summary>
    /// <typeparam name="TKey">The key.</typeparam>
    /// <typeparam name="TValue">The value.</typeparam>
    /// <param name="cache">The cache.</param>
    /// <param name="key">The key.</param>
    /// <returns>The value when found.</returns>
    public static TValue? GetOrDefault<TKey, TValue>(this ILocalCache<TKey, TValue> cache, TKey key)
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(cache);
        return cache.TryGet(key, out var value) ? value : default;
    }
}
