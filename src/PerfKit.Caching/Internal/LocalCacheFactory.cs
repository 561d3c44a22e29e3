using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace PerfKit.Caching.Internal;

internal static class LocalCacheFactory
{
    public static LocalCache<TKey, TValue> Create<TKey, TValue>(
        IServiceProvider services,
        IOptionsMonitor<LocalCacheOptions> options,
        string name,
        LocalCacheRules<TKey, TValue>? own = null
    )
        where TKey : notnull
    {
        var rules = own ?? new LocalCacheRules<TKey, TValue>();
        var metrics = services.GetRequiredService<CacheMetrics>();
        var cache = new LocalCache<TKey, TValue>(
            options.Get(name),
            rules with
            {
                TimeProvider = rules.TimeProvider ?? services.GetService<TimeProvider>(),
            },
            name,
            metrics
        );
        metrics.Add(name, cache.GetStatistics, cache.Removals);
        return cache;
    }
}
