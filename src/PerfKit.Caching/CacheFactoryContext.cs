using System.Diagnostics.CodeAnalysis;
using PerfKit.Caching.Internal;

namespace PerfKit.Caching;

/// <summary>What a factory may say about the value it makes, and what it may know about the one before. One call's own.</summary>
public sealed class CacheFactoryContext
{
    private readonly TieredEntry? _stale;

    internal CacheFactoryContext(TieredEntry? stale)
    {
        _stale = stale is { IsNegative: false } ? stale : null;
        ETag = _stale?.ETag;
        LastModified = _stale?.LastModified is { } then ? DateTimeOffset.FromUnixTimeMilliseconds(then) : null;
    }

    /// <summary>How long the value is fresh, instead of what the options say; zero does not keep it.</summary>
    public TimeSpan? Expiration { get; set; }

    /// <summary>How long this process serves it before it asks the second tier again, instead of what the options say.</summary>
    public TimeSpan? LocalExpiration { get; set; }

    /// <summary>What the value weighs in memory, in bytes, instead of what the options say.</summary>
    public long? SizeBytes { get; set; }

    /// <summary>
    /// The source's validator: before the factory sets it, that of the value before. Kept with the value and through
    /// <see cref="NotModified"/>.
    /// </summary>
    public string? ETag { get; set; }

    /// <summary>The source's time of change: before the factory sets it, that of the value before.</summary>
    public DateTimeOffset? LastModified { get; set; }

    /// <summary>Whether the factory said that there is no value.</summary>
    internal bool IsNotFound { get; private set; }

    /// <summary>Finds the value before, which has ended but was not removed: to be confirmed or built upon.</summary>
    /// <typeparam name="T">The value.</typeparam>
    /// <param name="value">The value before.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryGetStale<T>([MaybeNullWhen(false)] out T value)
    {
        var stale = _stale as TieredEntry<T>;
        value = stale is null ? default : stale.Get();
        return stale is not null;
    }

    /// <summary>Confirms the value before: it is fresh for another time to live.</summary>
    /// <typeparam name="T">The value.</typeparam>
    /// <returns>The value before, for the factory to return.</returns>
    /// <exception cref="InvalidOperationException">There is none: see <see cref="TryGetStale"/>.</exception>
    public T NotModified<T>() =>
        TryGetStale<T>(out var value)
            ? value
            : throw new InvalidOperationException(
                "There is no value before that could be confirmed; ask TryGetStale first."
            );

    /// <summary>
    /// Says that there is no value: that is kept for <see cref="TieredEntryOptions.NegativeExpiration"/>, and callers get the
    /// default.
    /// </summary>
    /// <typeparam name="T">The value.</typeparam>
    /// <returns>The default, for the factory to return.</returns>
    public T? NotFound<T>()
    {
        IsNotFound = true;
        return default;
    }
}
