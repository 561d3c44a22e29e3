using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using PerfKit.Caching.Internal;
using PerfKit.Internal;

namespace PerfKit.Caching;

/// <summary>
/// A bounded table in this process: reads without a lock, eviction by an order that adapts to the load (W-TinyLFU) or looks
/// at weights (GDSF), expiry, and one factory call a key at a time. No background work.
/// </summary>
/// <remarks>
/// A hit is a lookup in a table of its own, an expiry compare, and a count in its entry that soon saturates. A write takes
/// one short lock. An entry takes about 120 bytes beside key and value.
/// </remarks>
/// <typeparam name="TKey">The key.</typeparam>
/// <typeparam name="TValue">The value.</typeparam>
[DebuggerDisplay("{DebuggerDisplay,nq}")]
[DebuggerTypeProxy(typeof(LocalCacheDebugView<,>))]
public sealed partial class LocalCache<TKey, TValue> : ILocalCache<TKey, TValue>, ITextLookup<TValue>
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly KeyTable<TKey> _table;
    private readonly KeyTable<string>? _text; // The same table when keys are text.
    private readonly EvictionPolicy _policy;
    private readonly StripedCounter _hits = new();
    private readonly StripedCounter _misses = new();
    private readonly StripedCounter _joins = new();
    private readonly LocalCacheRules<TKey, TValue> _rules;
    private readonly Expiry _expiry;
    private readonly CoarseClock _clock;
    private readonly CacheMetrics? _metrics;
    private readonly long _capacity;
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
        : this(options, new LocalCacheRules<TKey, TValue> { Weigher = weigher, TimeProvider = timeProvider }) { }

    /// <summary>Makes an empty cache with rules of its own.</summary>
    /// <param name="options">The bounds, read once.</param>
    /// <param name="rules">Weigher, lifetime, comparer, removal callback and clock.</param>
    /// <exception cref="ArgumentException">An option lies outside its range.</exception>
    public LocalCache(LocalCacheOptions options, LocalCacheRules<TKey, TValue> rules)
        : this(options, rules, "", null) { }

    internal LocalCache(
        LocalCacheOptions options,
        LocalCacheRules<TKey, TValue> rules,
        string name,
        CacheMetrics? metrics
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(rules);
        if (options.Fault(name) is { } fault)
        {
            throw new ArgumentException(fault, nameof(options));
        }

        _name = name;
        _rules = rules;
        _metrics = metrics;
        _capacity = options.Capacity;
        _expiry = new Expiry(options);
        _clock = new CoarseClock(rules.TimeProvider ?? TimeProvider.System);
        _removals = rules.Removed is { } removed ? new RemovalQueue<TKey, TValue>(removed) : null;
        _table = new KeyTable<TKey>(rules.Comparer);
        _text = _table.IsText ? (KeyTable<string>)(object)_table : null;
        _policy = options.SizeAware ? new SizedPolicy(options.Capacity) : new RegionPolicy(options.Capacity);
        _loads = new Dictionary<TKey, CacheLoad<TValue>>(_table.Comparer);
    }

    private string DebuggerDisplay => GetStatistics().ToString();

    /// <inheritdoc/>
    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value) => TryRead(Find(key), out value);

    /// <inheritdoc/>
    public LocalCacheStatistics GetStatistics() =>
        new(
            _hits.Value,
            _misses.Value,
            _joins.Value,
            Removals(RemovalCause.Evicted),
            Removals(RemovalCause.Expired),
            _table.Count,
            Volatile.Read(ref _weight),
            _capacity
        );

    /// <inheritdoc/>
    public string Explain(TKey key)
    {
        var hash = _table.Hash(key);
        lock (_gate)
        {
            var entry = Find(hash, key);
            _loads.TryGetValue(key, out var load);
            return Explanation.Of(key, entry, _clock.Milliseconds, load?.Waiters, _departures.Find(hash), _capacity);
        }
    }

    bool ITextLookup<TValue>.TryGet(ReadOnlySpan<char> key, [MaybeNullWhen(false)] out TValue value) =>
        _text is not null
            ? TryRead(Unsafe.As<CacheEntry<TKey, TValue>>(_text.FindText(key)), out value)
            : TryGet((TKey)(object)key.ToString(), out value);

    /// <summary>Values that left for this cause since the cache was made.</summary>
    internal long Removals(RemovalCause cause) => Volatile.Read(ref _removed[(int)cause]);

    /// <summary>The value, expired or not, without a trace: for owners within the package.</summary>
    internal TValue? Peek(TKey key) => Find(key) is { } entry ? entry.Value : default;

    internal List<KeyValuePair<TKey, TValue>> Snapshot(int most)
    {
        lock (_gate)
        {
            return _table
                .All()
                .Take(most)
                .Select(static node => KeyValuePair.Create(node.Key, ((CacheEntry<TKey, TValue>)node).Value))
                .ToList();
        }
    }

    /// <summary>Takes no lock. Every node of the table is an entry of this cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private CacheEntry<TKey, TValue>? Find(TKey key) =>
        Unsafe.As<CacheEntry<TKey, TValue>>(
            _text is not null
                ? _text.FindText(Unsafe.As<TKey, string>(ref key))
                : (object?)_table.Find(_table.Hash(key), key)
        );

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryRead(CacheEntry<TKey, TValue>? entry, [MaybeNullWhen(false)] out TValue value)
    {
        if (entry is not null && TryUse(entry))
        {
            _hits.Increment();
            value = entry.Value;
            return true;
        }

        _misses.Increment();
        value = default;
        return false;
    }

    /// <summary>Whether the entry has not expired; marks it as read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryUse(CacheEntry<TKey, TValue> entry)
    {
        if (entry.ExpiresAtMilliseconds != Expiry.Never && !TryUseBefore(entry, _clock.Milliseconds))
        {
            return false;
        }

        if (entry.Touches < PolicyNode.MostTouches || (entry.Hash & _sampleMask) == 0)
        {
            Touch(entry);
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryUseBefore(CacheEntry<TKey, TValue> entry, long nowMilliseconds)
    {
        if (entry.ExpiresAtMilliseconds <= nowMilliseconds)
        {
            DropExpired(entry);
            return false;
        }

        if (entry.IsSliding)
        {
            entry.Slide(nowMilliseconds);
        }

        return true;
    }

    private void Touch(CacheEntry<TKey, TValue> entry)
    {
        entry.Touch();
        if ((entry.Hash & _sampleMask) == 0 && Volatile.Read(ref _samplesDue) > 0 && _gate.TryEnter())
        {
            try
            {
                _samplesDue--;
                _policy.Record(entry.Hash);
            }
            finally
            {
                _gate.Exit();
            }
        }
    }
}
