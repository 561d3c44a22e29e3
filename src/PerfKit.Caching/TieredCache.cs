using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using PerfKit.Caching.Internal;

namespace PerfKit.Caching;

/// <summary>
/// A <see cref="HybridCache"/>: a bounded table in this process, and behind it, where one is given, a second tier that
/// processes share. A removal that has completed is never undone by a factory that was under way; a second tier that is
/// slow or gone costs one deadline, once.
/// </summary>
/// <remarks>
/// A hit in this process takes no lock and allocates nothing; values declared immutable are handed out as they are, others
/// are made anew from their bytes for every reader. One factory call a key runs at a time, but for one that a removal, a
/// set or its hard time-out has left behind; with a second tier that can claim, over all processes for a cold key.
/// </remarks>
[DebuggerDisplay("{DebuggerDisplay,nq}")]
[SuppressMessage("ApiDesign", "RS0026", Justification = "The framework's class has these overloads.")]
public sealed partial class TieredCache : HybridCache, IDisposable
{
    private readonly LocalCache<string, TieredEntry> _local;
    private readonly RemovalTable _removals = new();
    private readonly TierGuard? _guard;
    private readonly IDisposable? _listening;
    private readonly ValueCodecs _codecs;
    private readonly TieredCacheOptions _options;
    private readonly NegativeEntries _negatives;
    private readonly TieredFigures _figures;
    private readonly CoarseClock _clock;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly HybridCacheEntryFlags _flags;
    private readonly string _name;

    /// <summary>Makes an empty cache outside a container.</summary>
    /// <param name="options">The bounds, read once.</param>
    /// <param name="tier">The second tier, which this cache alone uses; null for none.</param>
    /// <param name="timeProvider">The clock of expiry; the system's by default.</param>
    /// <exception cref="ArgumentException">An option lies outside its range.</exception>
    public TieredCache(TieredCacheOptions options, ICacheTier? tier = null, TimeProvider? timeProvider = null)
        : this(options, new TieredCacheParts("", tier, timeProvider, null, null, null)) { }

    internal TieredCache(TieredCacheOptions options, TieredCacheParts parts)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Fault(parts.Name) is { } fault)
        {
            throw new ArgumentException(fault, nameof(options));
        }

        _options = options;
        _name = parts.Name;
        _flags = options.Entries.Flags ?? HybridCacheEntryFlags.None;
        _time = parts.TimeProvider ?? TimeProvider.System;
        _clock = new CoarseClock(_time);
        _logger = parts.Logger ?? NullLogger.Instance;
        _codecs = new ValueCodecs(parts.Services, options.SharedTypes.ToHashSet(), options.SerializerOptions);
        _local = new LocalCache<string, TieredEntry>(
            new LocalCacheOptions { Capacity = options.CapacityBytes },
            new LocalCacheRules<string, TieredEntry>
            {
                Weigher = static (key, entry) => entry.Weight,
                Lifetime = (_, entry) => LifetimeOf(entry),
                Use = static entry => entry.Use,
                TimeProvider = _time,
            },
            parts.Name,
            parts.Metrics
        );
        _negatives = new NegativeEntries(options.NegativeCapacity, _local);
        _figures = new TieredFigures(parts.Name, parts.Metrics?.Tiers);
        parts.Metrics?.Add(parts.Name, GetStatistics, _local.Removals);
        if (parts.Tier is { } tier)
        {
            var journal = new TierJournal(options.JournalCapacity);
            _guard = new TierGuard(tier, journal, options.ProbeInterval, _time, _logger, _figures);
            _listening = tier.Listen(new Listener(this));
        }

        parts.Metrics?.Tiers?.Add(_figures, _guard);
    }

    private string DebuggerDisplay => $"{CacheMetrics.Tag(_name)}: {GetStatistics()}";

    /// <inheritdoc/>
    public override ValueTask<T> GetOrCreateAsync<TState, T>(
        string key,
        TState state,
        Func<TState, CancellationToken, ValueTask<T>> factory,
        HybridCacheEntryOptions? options = null,
        IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(factory);
        if (TryRead<T>(key, options?.Flags, out var found) is { } entry)
        {
            return new ValueTask<T>(entry.Get());
        }

        var call = new FactoryCall<TState, T>(state, factory, null, PolicyOf(options), tags);
        return GetSlowAsync(key, call, found, cancellationToken);
    }

    /// <summary>
    /// The same with the entry options of this cache and a factory that may decide about its value: how long it is fresh,
    /// that it does not exist, or that the one before is still right.
    /// </summary>
    /// <remarks>
    /// A factory may be called in the background, after its caller has gone on: give it a state that lives on its own. What
    /// it throws there is logged, and the value is renewed a second later at the earliest.
    /// </remarks>
    /// <typeparam name="TState">What the factory needs, passed through so that the delegate can be static.</typeparam>
    /// <typeparam name="T">The value.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="state">Given to the factory.</param>
    /// <param name="factory">Makes the value; its token is cancelled when nobody waits any more, or by the hard time-out.</param>
    /// <param name="options">How the value is kept; null as the cache's options say.</param>
    /// <param name="tags">Tags by which it can be removed.</param>
    /// <param name="cancellationToken">Ends this caller's wait, not the other callers'.</param>
    /// <returns>The value, or the default where the factory said that there is none.</returns>
    /// <exception cref="TimeoutException">The hard time-out passed, and there is no value for the fail-safe.</exception>
    public ValueTask<T> GetOrCreateAsync<TState, T>(
        string key,
        TState state,
        Func<TState, CacheFactoryContext, CancellationToken, ValueTask<T>> factory,
        TieredEntryOptions? options = null,
        IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(factory);
        if (TryRead<T>(key, options?.Flags, out var found) is { } entry)
        {
            return new ValueTask<T>(entry.Get());
        }

        if (options?.Fault(nameof(TieredEntryOptions)) is { } fault)
        {
            throw new ArgumentException(fault, nameof(options));
        }

        var policy = new EntryPolicy(options, _options.Entries);
        var call = new FactoryCall<TState, T>(state, null, factory, policy, tags);
        return GetSlowAsync(key, call, found, cancellationToken);
    }

    /// <summary>
    /// Finds a value in this process or the second tier, fresh or served behind its end, and calls no factory, so that nothing
    /// renews it.
    /// </summary>
    /// <typeparam name="T">The value.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What is known of the key.</returns>
    public ValueTask<CacheLookup<T>> TryGetAsync<T>(string key, CancellationToken cancellationToken = default)
    {
        if (TryRead<T>(key, null, out var found) is { } entry)
        {
            return new ValueTask<CacheLookup<T>>(new CacheLookup<T>(!entry.IsNegative, entry.IsNegative, entry.Get()));
        }

        var call = new FactoryCall<int, T>(0, null, null, new EntryPolicy(null, _options.Entries), null);
        return LookUpAsync(key, call, found, cancellationToken);
    }

    /// <summary>Says in a sentence whether this process holds the key and, if not, why: for people, at a debugger or in a log.</summary>
    /// <param name="key">The key.</param>
    /// <returns>The sentence. Its wording may change; the key's text is part of it.</returns>
    public string Explain(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (IsRefused(key))
        {
            return $"A key of {key.Length} characters is not cached: it is longer than {_options.MaximumKeyLength} or not valid UTF-16.";
        }

        var tier = _guard is { IsUsable: false } ? " The second tier is away." : "";
        var removed =
            _local.Peek(key) is { } entry && _removals.IsRemoved(entry.Tags, entry.Version)
                ? $"'{key}' is absent: it or one of its tags was removed."
                : _local.Explain(key);
        return removed + tier;
    }

    /// <summary>
    /// True while the second tier answers, other processes' writes are heard, and everything put into this cache before has
    /// reached the tier or been removed from it; also where there is none. False before the first connection.
    /// </summary>
    /// <remarks>
    /// For health checks: degraded, not dead. An idle cache learns from its tier's heartbeat that it is gone. And for whoever
    /// keeps a note of an invalidation until it has happened: false may come although it has, and then it is done once more.
    /// </remarks>
    public bool IsTierAvailable => _guard is null || (_guard.IsUsable && !Volatile.Read(ref _isUnheard));

    /// <summary>Counts of the table in this process; what was found there and could not be used is a miss.</summary>
    /// <returns>The figures, each exact, taken one after the other; weights are bytes.</returns>
    public LocalCacheStatistics GetStatistics()
    {
        var unwanted = _figures.Unwanted;
        var table = _local.GetStatistics();
        return table with { Hits = table.Hits - unwanted, Misses = table.Misses + unwanted };
    }

    /// <summary>Stops probing and listening. The second tier is its owner's.</summary>
    public void Dispose()
    {
        // More than once, too: a container has it under two names.
        _listening?.Dispose();
        _guard?.Dispose();
    }

    /// <summary>The entry if a reader may simply take it; what was found instead otherwise.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TieredEntry<T>? TryRead<T>(string key, HybridCacheEntryFlags? flags, out TieredEntry? found)
    {
        found = null;
        if (((flags ?? _flags) & HybridCacheEntryFlags.DisableLocalCacheRead) != 0)
        {
            return null;
        }

        return _local.TryGet(key, out found) && found.GetType() == typeof(TieredEntry<T>) && IsPlain(found)
            ? Unsafe.As<TieredEntry<T>>(found)
            : null;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsPlain(TieredEntry entry) =>
        (entry.CheckedAt == _removals.Latest || Recheck(entry))
        && (entry.AttendAt == EntryTimes.Never || IsLeftAlone(entry));

    /// <summary>Nothing is to be done about it yet; it may be behind its end all the same, where a renewal has just failed.</summary>
    private bool IsLeftAlone(TieredEntry entry)
    {
        var now = _clock.Milliseconds;
        if (now >= Volatile.Read(ref entry.AttendAt))
        {
            return false;
        }

        if (now >= entry.Times.FreshUntil)
        {
            _figures.ServedStale();
        }

        return true;
    }

    /// <summary>Something was removed since the entry was looked at last: was it this?</summary>
    private bool Recheck(TieredEntry entry)
    {
        var latest = _removals.Latest;
        if (_removals.IsRemoved(entry.Tags, entry.Version) || _removals.IsDoubted(entry.Version))
        {
            return false;
        }

        Volatile.Write(ref entry.CheckedAt, latest);
        return true;
    }

    private EntryPolicy PolicyOf(HybridCacheEntryOptions? options) =>
        new(
            options is null
                ? null
                : new TieredEntryOptions
                {
                    Expiration = options.Expiration,
                    LocalExpiration = options.LocalCacheExpiration,
                    Flags = options.Flags,
                },
            _options.Entries
        );
}
