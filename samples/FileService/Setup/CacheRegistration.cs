using System.Security.Cryptography;
using System.Text.Json;
using FileService.Files;
using FileService.Files.Caching;
using Microsoft.Extensions.Options;
using PerfKit.Caching;

namespace FileService.Setup;

/// <summary>The caches of the story: rows and lists, search results, conversions; contents have a cache of their own.</summary>
internal static class CacheRegistration
{
    private const int MaxKeyLength = 4_096; // Paths and cursors; a longer key would be read from the database every time.

    /// <summary>Conversions never change under their key; the bound keeps those of removed files from staying in Redis.</summary>
    private static readonly TimeSpan ConversionExpiration = TimeSpan.FromDays(30);

    public static readonly IReadOnlyList<string> Names =
    [
        MetadataCache.QueriesName,
        MetadataCache.SearchesName,
        FileConverter.CacheName,
    ];

    public static void AddTieredCaches(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(CacheRule.Of(configuration));
        services.AddSingleton<MetadataCache>();
        services.AddSingleton<InvalidatingWrites>();
        services.AddScoped<CachedReads>();
        foreach (var name in Names)
        {
            services.AddPerfKitTieredCache(name).AddRedis(configuration);
            services
                .AddOptions<TieredCacheOptions>(name)
                .Configure<IOptions<StorageOptions>>((o, storage) => Configure(o, name, storage.Value));
        }
    }

    /// <summary>Puts the configured Redis behind the cache, where there is one.</summary>
    public static void AddRedis(this TieredCacheBuilder cache, IConfiguration configuration)
    {
        if (configuration.GetConnectionString("redis") is { Length: > 0 } redis)
        {
            cache.AddRedis(o => o.Configuration = redis);
            cache
                .Services.AddOptions<RedisTierOptions>(cache.Name)
                .Configure<CursorKey>(static (o, key) => o.Prefix = PrefixOf(key));
        }
    }

    private static void Configure(TieredCacheOptions options, string name, StorageOptions storage)
    {
        options.MaximumKeyLength = MaxKeyLength;
        options.CapacityBytes = name switch
        {
            MetadataCache.QueriesName => storage.QueryCacheBytes,
            MetadataCache.SearchesName => storage.SearchCacheBytes,
            _ => storage.ConversionCacheBytes,
        };
        options.Entries.Expiration =
            name == FileConverter.CacheName ? ConversionExpiration : storage.MetadataExpiration;
        options.SerializerOptions = CacheJson.Default.Options;
        options.SharedTypes.UnionWith(MetadataCache.SharedTypes);
    }

    /// <summary>Services with databases of their own may share a Redis: the key of a database's cursors tells them apart.</summary>
    private static string PrefixOf(CursorKey key) =>
        key.Value.Length > 0
            ? $"fileservice-{Convert.ToHexStringLower(SHA256.HashData(key.Value).AsSpan(0, 8))}"
            : throw new InvalidOperationException("The caches are used before the database's key was read.");
}
