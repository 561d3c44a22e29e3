using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace PerfKit.Caching.Internal;

internal static class LocalCacheFactory
{
    public static LocalCache<TKey, TValue> Create<TKey, TValue>(
        IServiceProvider services,
        IOptionsMonitor<LocalCacheOptions> options,
        string name,
        Func<TKey, TValue, long>? weigher
    )
        where TKey : notnull
    {
        var cache = new LocalCache<TKey, TValue>(options.Get(name), weigher, services.GetService<TimeProvider>(), name);
        services.GetRequiredService<CacheMetrics>().Add(name, cache.GetStatistics);
        return cache;
    }
}
