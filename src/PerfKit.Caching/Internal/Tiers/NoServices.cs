using Microsoft.Extensions.Caching.Hybrid;

namespace PerfKit.Caching.Internal;

/// <summary>What a cache outside a container is given.</summary>
internal sealed class NoServices : IServiceProvider
{
    public static readonly NoServices Instance = new();

    public object? GetService(Type serviceType) =>
        serviceType == typeof(IEnumerable<IHybridCacheSerializerFactory>)
            ? Array.Empty<IHybridCacheSerializerFactory>()
            : null;
}
