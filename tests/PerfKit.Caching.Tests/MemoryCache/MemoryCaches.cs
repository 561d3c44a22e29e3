using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Internal;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using PerfKit.Caching.Internal;
using Platform = Microsoft.Extensions.Caching.Memory.MemoryCache;

namespace PerfKit.Caching.Tests;

/// <summary>The platform's cache and this one, made alike, so that one assertion holds both to the documentation.</summary>
public static class MemoryCaches
{
    public const string Peer = "MemoryCache";
    public const string Own = "PerfKit";

    public static TheoryData<string> Both => new() { Peer, Own };

    public static IMemoryCache Create(
        string kind,
        TimeProvider clock,
        bool tracksLinks = false,
        ILoggerFactory? loggers = null
    ) =>
        kind == Own
            ? new BoundedMemoryCache(
                new PerfKitMemoryCacheOptions { TrackLinkedEntries = tracksLinks },
                clock,
                loggers?.CreateLogger(Own)
            )
            : new Platform(
                Options.Create(
                    new MemoryCacheOptions
                    {
                        Clock = new Clock(clock),
                        TrackLinkedCacheEntries = tracksLinks,
                        TrackStatistics = true,
                        SizeLimit = null,
                    }
                ),
                loggers ?? NullLoggerFactory.Instance
            );

    public static void Put(this IMemoryCache cache, object key, object? value, Action<ICacheEntry>? configure = null)
    {
        using var entry = cache.CreateEntry(key);
        entry.Value = value;
        configure?.Invoke(entry);
    }

    /// <summary>Puts a value and gives what its callback will be told.</summary>
    public static Task<(object Key, object? Value, EvictionReason Reason)> PutWatched(
        this IMemoryCache cache,
        object key,
        object? value,
        Action<ICacheEntry>? configure = null
    )
    {
        var told = new TaskCompletionSource<(object, object?, EvictionReason)>(
            TaskCreationOptions.RunContinuationsAsynchronously
        );
        cache.Put(
            key,
            value,
            entry =>
            {
                configure?.Invoke(entry);
                entry.RegisterPostEvictionCallback((key, value, reason, _) => told.TrySetResult((key, value, reason)));
            }
        );
        return told.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    public static bool Has(this IMemoryCache cache, object key) => cache.TryGetValue(key, out _);

    private sealed class Clock(TimeProvider clock) : ISystemClock
    {
        public DateTimeOffset UtcNow => clock.GetUtcNow();
    }
}
