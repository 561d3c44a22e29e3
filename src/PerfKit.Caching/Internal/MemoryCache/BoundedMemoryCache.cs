using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace PerfKit.Caching.Internal;

/// <summary><see cref="IMemoryCache"/> over a <see cref="LocalCache{TKey, TValue}"/> of entries. README.md here tells how.</summary>
internal sealed class BoundedMemoryCache : IMemoryCache
{
    private readonly LocalCache<object, MemoryCacheEntry> _entries;
    private readonly EvictionCallbacks _callbacks;
    private readonly TimeProvider _clock;
    private readonly long _defaultSize;
    private long _staleReads; // Reads that found an entry whose token had changed.
    private volatile bool _isDisposed;

    public BoundedMemoryCache(
        PerfKitMemoryCacheOptions options,
        TimeProvider? clock = null,
        ILogger? logger = null,
        string name = ""
    )
    {
        if (options.Fault(name) is { } fault)
        {
            throw new ArgumentException(fault, nameof(options));
        }

        var callbacks = new EvictionCallbacks(logger ?? NullLogger.Instance);
        _callbacks = callbacks;
        _clock = clock ?? TimeProvider.System;
        _defaultSize = options.DefaultEntrySize;
        TracksLinks = options.TrackLinkedEntries;
        _entries = new LocalCache<object, MemoryCacheEntry>(
            new LocalCacheOptions { Capacity = options.Capacity },
            new LocalCacheRules<object, MemoryCacheEntry>
            {
                Weigher = Weigh,
                TimeProvider = _clock,
                Left = (_, entry, cause) =>
                {
                    if (entry.Leave(cause))
                    {
                        callbacks.Add(entry);
                    }
                },
            }
        );
    }

    public bool TracksLinks { get; }

    public ICacheEntry CreateEntry(object key)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        ArgumentNullException.ThrowIfNull(key);
        return new MemoryCacheEntry(key, this);
    }

    public bool TryGetValue(object key, out object? value)
    {
        ArgumentNullException.ThrowIfNull(key);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (!_entries.TryGet(key, out var entry))
        {
            value = null;
            return false;
        }

        if (entry.HasChangedToken)
        {
            Interlocked.Increment(ref _staleReads);
            Expire(entry);
            value = null;
            return false;
        }

        if (TracksLinks)
        {
            LinkedEntries.Current?.Inherit(entry);
        }

        value = entry.Value;
        return true;
    }

    public void Remove(object key)
    {
        ArgumentNullException.ThrowIfNull(key);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        _entries.Remove(key);
        _callbacks.HelpIfBehind();
    }

    public MemoryCacheStatistics GetCurrentStatistics()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var seen = GetStatistics();
        return new MemoryCacheStatistics
        {
            TotalHits = seen.Hits,
            TotalMisses = seen.Misses,
            CurrentEntryCount = seen.Entries,
            CurrentEstimatedSize = seen.Weight,
        };
    }

    public void Dispose()
    {
        _isDisposed = true;
        _entries.Clear(); // Tells nobody, but lets go of the tokens.
    }

    /// <summary>Also after it was disposed, when a listener may still collect.</summary>
    internal LocalCacheStatistics GetStatistics()
    {
        var seen = _entries.GetStatistics();
        var stale = Volatile.Read(ref _staleReads);
        return seen with { Hits = seen.Hits - stale, Misses = seen.Misses + stale };
    }

    internal long Removals(RemovalCause cause) => _entries.Removals(cause);

    /// <summary>Puts an entry whose value was set. Not an error after disposal: a factory may be late.</summary>
    internal void Commit(MemoryCacheEntry entry)
    {
        if (_isDisposed)
        {
            return;
        }

        _entries.Set(entry.Key, entry, entry.Seal(_clock.GetUtcNow()));
        entry.WatchTokens();
        if (_isDisposed)
        {
            _entries.Clear(); // It came in after the disposal had cleared.
        }

        _callbacks.HelpIfBehind();
    }

    /// <summary>A token of the entry changed: it leaves, a newer entry of its key stays.</summary>
    internal void Expire(MemoryCacheEntry entry)
    {
        entry.LeavesBecause(EvictionReason.TokenExpired);
        _entries.Expire(entry.Key, entry);
    }

    private long Weigh(object key, MemoryCacheEntry entry) => entry.Size ?? _defaultSize;
}
