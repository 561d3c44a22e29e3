using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using PerfKit.Caching.Internal;
using PerfKit.Internal;

namespace PerfKit.Caching;

/// <summary>
/// A bounded table in this process: reads without a lock, SIEVE eviction by count or weight, expiry, and one factory call
/// a key at a time. No background work.
/// </summary>
/// <remarks>
/// A read is a lookup in a <see cref="System.Collections.Concurrent.ConcurrentDictionary{TKey, TValue}"/> and a bit that is
/// set once. A write takes one short lock; making room walks past entries that were read since the last walk.
/// </remarks>
/// <typeparam name="TKey">The key.</typeparam>
/// <typeparam name="TValue">The value.</typeparam>
[DebuggerDisplay("{DebuggerDisplay,nq}")]
[DebuggerTypeProxy(typeof(LocalCacheDebugView<,>))]
public sealed partial class LocalCache<TKey, TValue> : ILocalCache<TKey, TValue>
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly CacheTable<TKey, TValue> _table;
    private readonly Dictionary<TKey, CacheLoad<TValue>> _loads = []; // Those that may still publish; guarded by _gate.
    private readonly StripedCounter _hits = new();
    private readonly StripedCounter _misses = new();
    private readonly Func<TKey, TValue, long>? _weigher;
    private readonly CoarseClock _clock;
    private readonly long _timeToLiveMilliseconds; // 0 when values do not expire.
    private readonly string _name;

    /// <summary>Makes an empty cache.</summary>
    /// <param name="options">The bounds, read once.</param>
    /// <param name="weigher">Gives a value's weight, called once when it is put; none counts entries.</param>
    /// <param name="timeProvider">The clock of expiry; the system's by default.</param>
    /// <exception cref="ArgumentException">An option lies outside its range.</exception>
    public LocalCache(
        LocalCacheOptions options,
        Func<TKey, TValue, long>? weigher = null,
        TimeProvider? timeProvider = null
    )
        : this(options, weigher, timeProvider, "") { }

    internal LocalCache(
        LocalCacheOptions options,
        Func<TKey, TValue, long>? weigher,
        TimeProvider? timeProvider,
        string name
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Fault(name) is { } fault)
        {
            throw new ArgumentException(fault, nameof(options));
        }

        _name = name;
        _weigher = weigher;
        _clock = new CoarseClock(timeProvider ?? TimeProvider.System);
        _timeToLiveMilliseconds = (long)Math.Ceiling(options.TimeToLive?.TotalMilliseconds ?? 0);
        _table = new CacheTable<TKey, TValue>(options.Capacity);
    }

    private string DebuggerDisplay => GetStatistics().ToString();

    /// <inheritdoc/>
    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (TryRead(key, out value))
        {
            _hits.Increment();
            return true;
        }

        _misses.Increment();
        return false;
    }

    /// <inheritdoc/>
    public ValueTask<TValue> GetOrAddAsync<TState>(
        TKey key,
        TState state,
        Func<TKey, TState, CancellationToken, ValueTask<TValue>> factory,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(factory);
        if (TryRead(key, out var value))
        {
            _hits.Increment();
            return new ValueTask<TValue>(value);
        }

        return LoadAsync(key, state, factory, cancellationToken);
    }

    /// <inheritdoc/>
    public void Set(TKey key, TValue value)
    {
        var weight = Weigh(key, value);
        lock (_gate)
        {
            _loads.Remove(key);
            Keep(key, value, weight);
        }
    }

    /// <inheritdoc/>
    public bool Remove(TKey key)
    {
        lock (_gate)
        {
            if (_loads.Remove(key))
            {
                _table.Departures.Add(key, Departure.Invalidated);
            }

            return _table.Remove(key, Departure.Removed, out var entry) && !HasExpired(entry);
        }
    }

    /// <inheritdoc/>
    public void Clear()
    {
        lock (_gate)
        {
            _loads.Clear();
            _table.Clear();
        }
    }

    /// <inheritdoc/>
    public LocalCacheStatistics GetStatistics() =>
        new(_hits.Value, _misses.Value, _table.Evictions, _table.Count, _table.Weight, _table.Capacity);

    /// <inheritdoc/>
    public string Explain(TKey key)
    {
        lock (_gate)
        {
            _table.TryFind(key, out var entry);
            _loads.TryGetValue(key, out var load);
            var now = _clock.Milliseconds;
            return Explanation.Of(key, entry, now, load?.Waiters, _table.Departures.Find(key), _table.Capacity);
        }
    }

    internal List<KeyValuePair<TKey, TValue>> Snapshot(int most)
    {
        lock (_gate)
        {
            return _table.Snapshot(most);
        }
    }

    private bool TryRead(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (!_table.TryFind(key, out var entry) || HasExpired(entry))
        {
            value = default;
            return false;
        }

        if (!entry.Visited)
        {
            entry.Visited = true;
        }

        value = entry.Value;
        return true;
    }

    private bool HasExpired(CacheEntry<TKey, TValue> entry) =>
        _timeToLiveMilliseconds != 0 && entry.ExpiresAtMilliseconds <= _clock.Milliseconds;

    private long Weigh(TKey key, TValue value)
    {
        var weight = _weigher?.Invoke(key, value) ?? 1;
        return weight >= 0
            ? Math.Max(weight, 1)
            : throw new InvalidOperationException(
                FormattableString.Invariant(
                    $"The weigher gave {weight} for key '{key}'; a weight must not be negative."
                )
            );
    }

    private void Keep(TKey key, TValue value, long weight)
    {
        if (weight > _table.Capacity)
        {
            _table.Remove(key, Departure.Removed, out _); // What was there is no longer the key's value.
            _table.Departures.Add(key, Departure.TooHeavy);
            return;
        }

        var now = _timeToLiveMilliseconds == 0 ? 0 : _clock.Milliseconds;
        var expiresAt = _timeToLiveMilliseconds == 0 ? long.MaxValue : now + _timeToLiveMilliseconds;
        _table.Insert(new CacheEntry<TKey, TValue>(key, value, weight, expiresAt), now);
    }
}
