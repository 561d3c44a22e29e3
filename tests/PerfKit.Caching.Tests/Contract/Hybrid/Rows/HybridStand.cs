using System.Collections.Concurrent;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace PerfKit.Caching.Tests.Contract.Hybrid.Rows;

/// <summary>Where rows are asked: ours or the framework's caches, alone, over an <c>IDistributedCache</c>, or over Redis.</summary>
internal sealed class HybridStand : IAsyncDisposable
{
    private readonly ConcurrentBag<ServiceProvider> _services = [];
    private readonly ConcurrentDictionary<string, IDistributedCache> _distributed = new();
    private readonly string _prefix = $"contract{Guid.NewGuid():N}";
    private readonly string? _redis;

    private HybridStand(string name, bool isOurs, bool hasTier, string? redis)
    {
        Name = name;
        IsOurs = isOurs;
        HasTier = hasTier;
        _redis = redis;
    }

    public string Name { get; }

    /// <summary>Whether the caches are ours and not the framework's.</summary>
    public bool IsOurs { get; }

    /// <summary>Whether something is behind the caches, so that there can be another process.</summary>
    public bool HasTier { get; }

    /// <summary>What is behind them if it is an <c>IDistributedCache</c>.</summary>
    public bool IsOverDistributed => HasTier && _redis is null;

    /// <summary>The cache that rows ask.</summary>
    public HybridCache Cache { get; private set; } = null!;

    /// <summary>That of another process; without a tier there is none.</summary>
    public HybridCache Other { get; private set; } = null!;

    public static Task<HybridStand> AloneAsync(bool isOurs) =>
        StartAsync(new HybridStand(isOurs ? "alone" : "framework's alone", isOurs, hasTier: false, null));

    public static Task<HybridStand> OverDistributedAsync(bool isOurs) =>
        StartAsync(new HybridStand(isOurs ? "over a cache" : "framework's over a cache", isOurs, hasTier: true, null));

    public static Task<HybridStand> OverRedisAsync(string redis) =>
        StartAsync(new HybridStand("over Redis", isOurs: true, hasTier: true, redis));

    /// <summary>A cache of a new process, which finds what is behind it ready.</summary>
    public async Task<HybridCache> MakeAsync(HybridSettings? settings = null)
    {
        settings ??= HybridSettings.Default;
        var name = _prefix + settings.World;
        var cache = Provider(settings, name).GetRequiredKeyedService<HybridCache>(name);
        if (_redis is not null && !settings.IsTierBroken)
        {
            await JoinedAsync(cache);
        }

        return cache;
    }

    /// <summary>Two caches of one process under different names.</summary>
    public (HybridCache One, HybridCache Two) MakeTwo()
    {
        var (one, two) = (_prefix + "one", _prefix + "two");
        var provider = Provider(HybridSettings.Default, one, two);
        return (provider.GetRequiredKeyedService<HybridCache>(one), provider.GetRequiredKeyedService<HybridCache>(two));
    }

    private IDistributedCache Distributed(string world) =>
        _distributed.GetOrAdd(
            world,
            static _ => new MemoryDistributedCache(Options.Create(new MemoryDistributedCacheOptions()))
        );

    public async ValueTask DisposeAsync()
    {
        foreach (var services in _services)
        {
            await services.DisposeAsync();
        }
    }

    private static async Task<HybridStand> StartAsync(HybridStand stand)
    {
        stand.Cache = await stand.MakeAsync();
        stand.Other = stand.HasTier ? await stand.MakeAsync() : null!;
        return stand;
    }

    private ServiceProvider Provider(HybridSettings settings, params string[] names)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging =>
        {
            if (settings.Log is { } log)
            {
                logging.AddProvider(log);
            }
        });
        if (IsOverDistributed)
        {
            services.AddSingleton<IDistributedCache>(
                new BehindCache(settings.IsTierBroken ? null : Distributed(settings.World), settings.IsTierDamaged)
            );
        }

        foreach (var name in names)
        {
            if (IsOurs)
            {
                AddOurs(services, name, settings);
            }
            else
            {
                services.AddKeyedHybridCache(name, o => Set(o, settings));
            }
        }

        settings.Services?.Invoke(services); // Behind the framework's own serializers, which look whether there are others.
        var provider = services.BuildServiceProvider();
        _services.Add(provider);
        return provider;
    }

    private void AddOurs(ServiceCollection services, string name, HybridSettings settings)
    {
        var builder = services.AddPerfKitTieredCache(
            name,
            o =>
            {
                o.MaximumKeyLength = settings.MaximumKeyLength ?? o.MaximumKeyLength;
                o.MaximumPayloadBytes = settings.MaximumPayloadBytes ?? o.MaximumPayloadBytes;
                o.Entries.Expiration = settings.Entries?.Expiration;
                o.Entries.LocalExpiration = settings.Entries?.LocalCacheExpiration;
                o.Entries.Flags = settings.Entries?.Flags;
            }
        );
        if (_redis is not null)
        {
            builder.AddRedis(o =>
            {
                o.Configuration = settings.IsTierBroken ? "127.0.0.1:1" : _redis;
                o.CommandTimeout = settings.IsTierBroken ? o.CommandTimeout : TimeSpan.FromSeconds(30); // Rows ask what is right, not what is quick.
            });
        }
        else if (HasTier)
        {
            builder.AddDistributedCache(static o => o.CommandTimeout = TimeSpan.FromSeconds(30));
        }
    }

    private static void Set(HybridCacheOptions options, HybridSettings settings)
    {
        options.MaximumKeyLength = settings.MaximumKeyLength ?? options.MaximumKeyLength;
        options.MaximumPayloadBytes = settings.MaximumPayloadBytes ?? options.MaximumPayloadBytes;
        options.DefaultEntryOptions = settings.Entries;
    }

    /// <summary>Before it hears its tier a cache reads nothing there.</summary>
    private static async Task JoinedAsync(HybridCache cache)
    {
        var key = HybridRows.NewKey();
        var plain = new HybridCacheEntryOptions
        {
            Expiration = TimeSpan.FromMinutes(1),
            Flags = HybridCacheEntryFlags.None,
        };
        await cache.SetAsync(key, "there", plain);
        await HybridRows.EventuallyAsync(
            async () =>
            {
                var found = await HybridRows.FindAsync<string>(cache, key, HybridCacheEntryFlags.DisableLocalCacheRead);
                return found.IsThere;
            },
            "a new process does not find its own value in Redis"
        );
    }

    /// <summary>
    /// A distributed cache; or one that gives half of each value, or of which nothing works. The framework's HybridCache
    /// leaves the one in memory alone when it meets it as itself.
    /// </summary>
    private sealed class BehindCache(IDistributedCache? inner, bool isDamaged) : IDistributedCache
    {
        private IDistributedCache Inner => inner ?? throw new IOException("broken");

        public byte[]? Get(string key) => Read(Inner.Get(key));

        public async Task<byte[]?> GetAsync(string key, CancellationToken token) =>
            Read(await Inner.GetAsync(key, token));

        public void Refresh(string key) => Inner.Refresh(key);

        public Task RefreshAsync(string key, CancellationToken token) => Inner.RefreshAsync(key, token);

        public void Remove(string key) => Inner.Remove(key);

        public Task RemoveAsync(string key, CancellationToken token) => Inner.RemoveAsync(key, token);

        public void Set(string key, byte[] value, DistributedCacheEntryOptions options) =>
            Inner.Set(key, value, options);

        public Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token) =>
            Inner.SetAsync(key, value, options, token);

        private byte[]? Read(byte[]? bytes) => isDamaged ? bytes?[..(bytes.Length / 2)] : bytes;
    }
}
