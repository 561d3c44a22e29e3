using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Primitives;

namespace PerfKit.Caching.Internal;

/// <summary>An entry while it is made and, after <see cref="Dispose"/>, what the table holds.</summary>
internal sealed class MemoryCacheEntry : ICacheEntry
{
    private readonly BoundedMemoryCache _cache;
    private MemoryCacheEntry? _outer; // The entry in whose making this one is made.
    private EntryWatch? _watch; // Most entries have neither tokens nor callbacks.
    private object? _value;
    private TimeSpan _relative; // Zero is none, here and below.
    private TimeSpan _sliding;
    private long _size = -1; // Not given.
    private EvictionReason _nearerReason; // Of leaving, than the table can tell.
    private bool _isValueSet;
    private bool _isDisposed;

    public MemoryCacheEntry(object key, BoundedMemoryCache cache)
    {
        Key = key;
        _cache = cache;
        if (cache.TracksLinks)
        {
            _outer = LinkedEntries.Enter(this);
        }
    }

    public object Key { get; }

    public object? Value
    {
        get => _value;
        set
        {
            _value = value;
            _isValueSet = true;
        }
    }

    public DateTimeOffset? AbsoluteExpiration { get; set; }

    public TimeSpan? AbsoluteExpirationRelativeToNow
    {
        get => _relative == TimeSpan.Zero ? null : _relative;
        set => _relative = Positive(value, nameof(AbsoluteExpirationRelativeToNow));
    }

    public TimeSpan? SlidingExpiration
    {
        get => _sliding == TimeSpan.Zero ? null : _sliding;
        set => _sliding = Positive(value, nameof(SlidingExpiration));
    }

    public IList<IChangeToken> ExpirationTokens => Watch.Tokens;

    public IList<PostEvictionCallbackRegistration> PostEvictionCallbacks => Watch.Callbacks;

    /// <summary>Kept for who reads it: the eviction order goes by reads alone.</summary>
    public CacheItemPriority Priority { get; set; } = CacheItemPriority.Normal;

    public long? Size
    {
        get => _size < 0 ? null : _size;
        set
        {
            if (value is { } size)
            {
                ArgumentOutOfRangeException.ThrowIfNegative(size, nameof(value));
            }

            _size = value ?? -1;
        }
    }

    /// <summary>Why it left, written once, under the cache's lock; none when nobody is to be told.</summary>
    public EvictionReason Reason { get; private set; }

    public bool HasChangedToken => _watch is { } watch && watch.HasChangedToken;

    private EntryWatch Watch => _watch ?? Interlocked.CompareExchange(ref _watch, new EntryWatch(), null) ?? _watch;

    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        if (_cache.TracksLinks)
        {
            LinkedEntries.Exit(_outer);
        }

        if (_isValueSet)
        {
            _cache.Commit(this);
            _outer?.Inherit(this);
        }

        _outer = null;
    }

    /// <summary>Fixes the moments of expiry as it is committed.</summary>
    internal CacheLifetime Seal(DateTimeOffset now)
    {
        if (_relative > TimeSpan.Zero)
        {
            var last = DateTimeOffset.MaxValue - now > _relative ? now + _relative : DateTimeOffset.MaxValue;
            AbsoluteExpiration = AbsoluteExpiration < last ? AbsoluteExpiration : last;
        }

        _watch?.Seal();
        var left = AbsoluteExpiration - now;
        if (left <= TimeSpan.Zero || HasChangedToken)
        {
            LeavesBecause(left <= TimeSpan.Zero ? EvictionReason.Expired : EvictionReason.TokenExpired);
            return new CacheLifetime(TimeSpan.Zero); // The table does not keep it, nor what was there.
        }

        return new CacheLifetime(AtLeastOneTick(left), AtLeastOneTick(SlidingExpiration));
    }

    internal void WatchTokens() => _watch?.Register(_cache, this);

    /// <summary>Takes over what an inner entry depends on, whether that was kept or not.</summary>
    internal void Inherit(MemoryCacheEntry inner)
    {
        if (inner._watch is { } watch)
        {
            watch.PassTokens(this);
        }

        if (inner.AbsoluteExpiration is { } last && !(AbsoluteExpiration <= last))
        {
            AbsoluteExpiration = last;
        }
    }

    internal void AddTokens(IReadOnlyList<IChangeToken> tokens) => Watch.AddTokens(tokens);

    /// <summary>Should the table say that it expired or was not kept, then for this reason.</summary>
    internal void LeavesBecause(EvictionReason reason) => _nearerReason = reason;

    /// <summary>It left the table, whose lock is held. Whether there is more to do about it outside the lock.</summary>
    internal bool Leave(RemovalCause cause)
    {
        var nearer = _nearerReason;
        Reason = cause switch
        {
            RemovalCause.Replaced => EvictionReason.Replaced,
            RemovalCause.Removed => EvictionReason.Removed,
            RemovalCause.Evicted => EvictionReason.Capacity,
            RemovalCause.Cleared => EvictionReason.None, // The cache was disposed.
            RemovalCause.Expired when nearer == EvictionReason.None => EvictionReason.Expired,
            RemovalCause.Refused when nearer == EvictionReason.None => EvictionReason.Capacity,
            _ => nearer,
        };
        return _watch is not null;
    }

    /// <summary>Lets go of the tokens and gives what is to be called, once.</summary>
    internal IReadOnlyList<PostEvictionCallbackRegistration> Retire() => _watch?.Retire() ?? [];

    private static TimeSpan Positive(TimeSpan? value, string name) =>
        value <= TimeSpan.Zero
            ? throw new ArgumentOutOfRangeException(name, value, $"{name} must be positive.")
            : value ?? TimeSpan.Zero;

    private static TimeSpan? AtLeastOneTick(TimeSpan? span) =>
        span < LocalCacheOptions.MinTimeToLive ? LocalCacheOptions.MinTimeToLive : span;
}
