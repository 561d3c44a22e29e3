using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using PerfKit.Caching.Internal;

namespace PerfKit.Caching;

/// <summary>What can be added to a cache of a name while services are registered.</summary>
public sealed class LocalCacheBuilder
{
    internal LocalCacheBuilder(IServiceCollection services, string name)
    {
        Services = services;
        Name = name;
    }

    /// <summary>The services the cache is registered in.</summary>
    public IServiceCollection Services { get; }

    /// <summary>The name of options and service key; empty for the unkeyed cache.</summary>
    public string Name { get; }

    /// <summary>
    /// Bounds the cache of these two types by weight instead of count: <see cref="LocalCacheOptions.Capacity"/> is then
    /// in the weigher's unit. Shorthand for <see cref="AddRules{TKey, TValue}"/> with
    /// <see cref="LocalCacheRules{TKey, TValue}.Weigher"/> alone.
    /// </summary>
    /// <typeparam name="TKey">The key.</typeparam>
    /// <typeparam name="TValue">The value.</typeparam>
    /// <param name="weigher">Gives a value's weight, called once when it is put.</param>
    /// <returns>This builder.</returns>
    public LocalCacheBuilder AddWeigher<TKey, TValue>(Func<TKey, TValue, long> weigher)
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(weigher);
        return AddRules(new LocalCacheRules<TKey, TValue> { Weigher = weigher });
    }

    /// <summary>
    /// Gives the cache of these two types rules. Also the registration to use under NativeAOT, where a container cannot
    /// make a generic type over a value type by itself.
    /// </summary>
    /// <typeparam name="TKey">The key.</typeparam>
    /// <typeparam name="TValue">The value.</typeparam>
    /// <param name="rules">Weigher, lifetime, comparer and removal callback.</param>
    /// <returns>This builder.</returns>
    public LocalCacheBuilder AddRules<TKey, TValue>(LocalCacheRules<TKey, TValue> rules)
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(rules);
        var name = Name;
        ILocalCache<TKey, TValue> Create(IServiceProvider services) =>
            LocalCacheFactory.Create(
                services,
                services.GetRequiredService<IOptionsMonitor<LocalCacheOptions>>(),
                name,
                rules
            );

        if (name.Length == 0)
        {
            Services.AddSingleton(Create);
        }
        else
        {
            Services.AddKeyedSingleton(name, (services, _) => Create(services));
        }

        return this;
    }
}
