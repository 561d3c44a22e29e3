using Microsoft.Extensions.DependencyInjection;

namespace PerfKit.Caching;

/// <summary>What can be added to a tiered cache of a name while services are registered.</summary>
public sealed class TieredCacheBuilder
{
    internal TieredCacheBuilder(IServiceCollection services, string name)
    {
        Services = services;
        Name = name;
    }

    /// <summary>The services the cache is registered in.</summary>
    public IServiceCollection Services { get; }

    /// <summary>
    /// The name of options and service key, also of its <see cref="ICacheTier"/>, which is always registered keyed; empty
    /// for the unkeyed cache.
    /// </summary>
    public string Name { get; }
}
