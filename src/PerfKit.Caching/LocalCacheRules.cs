using PerfKit.Caching.Internal;

namespace PerfKit.Caching;

/// <summary>What a cache asks its owner; every rule is optional.</summary>
/// <typeparam name="TKey">The key.</typeparam>
/// <typeparam name="TValue">The value.</typeparam>
public sealed record LocalCacheRules<TKey, TValue>
    where TKey : notnull
{
    /// <summary>
    /// Gives a value's weight, called once when it is put, outside any lock; less than 1 counts as 1, negative is refused
    /// with an <see cref="InvalidOperationException"/>. Without it every value weighs 1. For bytes, about 150 more are
    /// taken by an entry itself.
    /// </summary>
    public Func<TKey, TValue, long>? Weigher { get; init; }

    /// <summary>
    /// Gives a value's own lifetime, called once when it is put without one; what it throws, the call that puts throws.
    /// </summary>
    public Func<TKey, TValue, CacheLifetime>? Lifetime { get; init; }

    /// <summary>
    /// Told of every value that left or was not kept, once each, on the thread pool: never on a reader, and on a writer
    /// only when more than 4,096 are waiting. An exception of it becomes an unobserved task exception
    /// (<see cref="TaskScheduler.UnobservedTaskException"/>).
    /// </summary>
    public Action<TKey, TValue, RemovalCause>? Removed { get; init; }

    /// <summary>
    /// Compares keys; by default <see cref="EqualityComparer{T}.Default"/>. Under the default, text, 64-bit numbers and
    /// GUIDs are safe against callers who choose keys to collide; other keys as far as their own hash code is.
    /// </summary>
    public IEqualityComparer<TKey>? Comparer { get; init; }

    /// <summary>The clock of expiry; the system's (in a host: the registered one) by default.</summary>
    public TimeProvider? TimeProvider { get; init; }

    /// <summary>The same as <see cref="Removed"/>, at once and under the cache's lock: for owners within the package.</summary>
    internal Action<TKey, TValue, RemovalCause>? Left { get; init; }

    /// <summary>What is done with what a load made; it is put by default. For owners within the package.</summary>
    internal Func<TValue, LoadedUse>? Use { get; init; }
}
