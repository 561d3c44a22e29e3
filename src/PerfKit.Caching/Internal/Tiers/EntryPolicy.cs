using Microsoft.Extensions.Caching.Hybrid;

namespace PerfKit.Caching.Internal;

/// <summary>The options of one call over those of the cache.</summary>
internal readonly struct EntryPolicy(TieredEntryOptions? own, TieredEntryOptions defaults)
{
    public static readonly TimeSpan DefaultExpiration = TimeSpan.FromMinutes(5);
    public static readonly TimeSpan DefaultNegativeExpiration = TimeSpan.FromSeconds(30);

    public HybridCacheEntryFlags Flags => own?.Flags ?? defaults.Flags ?? HybridCacheEntryFlags.None;

    public TimeSpan Expiration => own?.Expiration ?? defaults.Expiration ?? DefaultExpiration;

    public TimeSpan? LocalExpiration => own?.LocalExpiration ?? defaults.LocalExpiration;

    public TimeSpan? Sliding => own?.SlidingExpiration ?? defaults.SlidingExpiration;

    public double Jitter => own?.Jitter ?? defaults.Jitter ?? 0;

    public double? EarlyRefresh => own?.EarlyRefresh ?? defaults.EarlyRefresh;

    public TimeSpan StaleWhileRevalidate => own?.StaleWhileRevalidate ?? defaults.StaleWhileRevalidate ?? TimeSpan.Zero;

    public TimeSpan FailSafe => own?.FailSafe ?? defaults.FailSafe ?? TimeSpan.Zero;

    public TimeSpan? SoftTimeout => own?.SoftTimeout ?? defaults.SoftTimeout;

    public TimeSpan? HardTimeout => own?.HardTimeout ?? defaults.HardTimeout;

    public TimeSpan NegativeExpiration =>
        own?.NegativeExpiration ?? defaults.NegativeExpiration ?? DefaultNegativeExpiration;

    public long? SizeBytes => own?.SizeBytes ?? defaults.SizeBytes;

    /// <summary>How long behind its end a value is of use.</summary>
    public TimeSpan Afterlife => StaleWhileRevalidate > FailSafe ? StaleWhileRevalidate : FailSafe;

    public bool Has(HybridCacheEntryFlags flags) => (Flags & flags) == flags;
}
