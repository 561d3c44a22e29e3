using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace PerfKit.Caching.Tests.Contract.Output.Rows;

/// <summary>Output cache stores: ours alone, over an <c>IDistributedCache</c> or Redis, and the framework's.</summary>
internal sealed class OutputStand : IAsyncDisposable
{
    private readonly List<ServiceProvider> _services = [];

    private OutputStand(string name) => Name = name;

    public string Name { get; }

    /// <summary>The store that rows ask.</summary>
    public IOutputCacheStore Store { get; private set; } = null!;

    /// <summary>That of another process on the same things; null where there is none.</summary>
    public IOutputCacheStore? Other { get; private set; }

    public static OutputStand Frameworks()
    {
        var stand = new OutputStand("framework's store");
        stand.Store = stand.Make(static services => services.AddOutputCache());
        return stand;
    }

    public static OutputStand Alone()
    {
        var stand = new OutputStand("store alone");
        stand.Store = stand.Make(static services => services.AddPerfKitOutputCache());
        return stand;
    }

    public static OutputStand OverDistributed()
    {
        var shared = new MemoryDistributedCache(Options.Create(new MemoryDistributedCacheOptions()));
        var stand = new OutputStand("store over a cache");
        stand.Store = stand.Make(Add);
        stand.Other = stand.Make(Add);
        return stand;

        void Add(IServiceCollection services)
        {
            services.AddSingleton<IDistributedCache>(shared);
            services
                .AddPerfKitOutputCache()
                .AddDistributedCache(static o => o.CommandTimeout = TimeSpan.FromSeconds(30));
        }
    }

    public static async Task<OutputStand> OverRedisAsync(string redis)
    {
        var stand = new OutputStand("store over Redis");
        var prefix = Guid.NewGuid().ToString("N");
        stand.Store = stand.Make(Add);
        stand.Other = stand.Make(Add);
        await OutputRows.EventuallyAsync(
            async () =>
            {
                var key = OutputRows.NewKey();
                await stand.Store.SetAsync(key, [1], null, TimeSpan.FromMinutes(1), default);
                return await stand.Other.GetAsync(key, default) is not null;
            },
            "one process does not find what another has set"
        );
        return stand;

        void Add(IServiceCollection services) =>
            services
                .AddPerfKitOutputCache()
                .AddRedis(o =>
                {
                    o.Configuration = redis;
                    o.Prefix = prefix;
                    o.CommandTimeout = TimeSpan.FromSeconds(30); // Rows ask what is right, not what is quick.
                });
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var services in _services)
        {
            await services.DisposeAsync();
        }
    }

    private IOutputCacheStore Make(Action<IServiceCollection> add)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        add(services);
        var provider = services.BuildServiceProvider();
        _services.Add(provider);
        return provider.GetRequiredService<IOutputCacheStore>();
    }
}
