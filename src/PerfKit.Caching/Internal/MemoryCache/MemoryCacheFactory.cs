using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace PerfKit.Caching.Internal;

internal static class MemoryCacheFactory
{
    private const string UnnamedTag = "memory-cache";

    public static BoundedMemoryCache Create(IServiceProvider services, string name)
    {
        var cache = new BoundedMemoryCache(
            services.GetRequiredService<IOptionsMonitor<PerfKitMemoryCacheOptions>>().Get(name),
            services.GetService<TimeProvider>(),
            services.GetService<ILoggerFactory>()?.CreateLogger("PerfKit.Caching.MemoryCache"),
            name
        );
        services
            .GetRequiredService<CacheMetrics>()
            .Add(name.Length == 0 ? UnnamedTag : name, cache.GetStatistics, cache.Removals);
        return cache;
    }
}
