using FileService.Data;
using FileService.Files;
using FileService.Files.Conversions;
using FileService.Rollout;
using Microsoft.Extensions.Options;
using Npgsql;
using PerfKit.Query;
using PerfKit.Streaming;

namespace FileService.Setup;

/// <summary>The composition: which parts make the file service. Web and commands share it.</summary>
internal static class ServiceRegistration
{
    public static IServiceCollection AddFileService(this IServiceCollection services, IConfiguration configuration)
    {
        GuidHandler.Register();
        AddSettings(services, configuration);
        AddDatabase(services, configuration);
        AddCaches(services, configuration);

        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<ContentStores>(p =>
            new(p.GetRequiredService<IOptions<StorageOptions>>(), p.GetService<Func<IContentStore, IContentStore>>())
        );
        services.AddSingleton<ConversionCatalog>();
        services.AddScoped<Workspaces>();
        services.AddSingleton<KeptContents>();
        services.AddSingleton<FileWriter>();
        services.AddScoped<FileLister>();
        services.AddScoped<FileLoader>();
        services.AddScoped<FileSearcher>();
        services.AddScoped<SubstringSearcher>();
        services.AddSingleton<FileConverter>();
        services.AddSingleton<SyncPace>();
        services.AddSingleton<StorageSync>();
        services.AddRollout(configuration);
        services.AddSingleton<Importer>();
        services.AddSingleton<ContentCollector>();
        services.AddSingleton<JobRunner>();
        services.AddScoped<Storages>();
        services.AddSingleton<Migrator>();
        services.AddSingleton<Initializer>();
        services.AddScoped<FileStorages>();
        return services;
    }

    private static void AddSettings(IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<StorageOptions>().Bind(configuration.GetSection("Storage")).ValidateWith("Storage");
        services.AddOptions<CollectorOptions>().Bind(configuration.GetSection("Collector")).ValidateWith("Collector");
        services.AddSingleton(new Tenants(configuration));
    }

    private static void AddDatabase(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<CursorKey>();
        services.AddOptions<KeysetCursorOptions>().Configure<CursorKey>(static (o, key) => o.Keys.Add(key.Value));
        services.AddSingleton(static p => p.GetRequiredService<Database>().Source); // One connection of it a request.
        services.AddSingleton<QueryRecorder>(); // Made, and so on, only where QueryRecording asks for it.
        var query = services.AddPerfKitQuery(static _ => { });
        if (configuration.GetConnectionString("postgres") is { Length: > 0 } postgres)
        {
            services.AddSingleton(_ => Database.OpenPostgreSql(postgres));
            services.AddSingleton(static p => p.GetRequiredService<Database>().Npgsql!);
            query.UsePostgreSql();
            services.AddSingleton(FileSearchIndex.Of(Engine.PostgreSql));
            return;
        }

        var path = Path.Combine(configuration["Storage:Root"]!, "fileservice.db");
        services.AddSingleton(_ => Database.OpenSqlite(path));
        query.UseSqlite(path);
        services.AddSingleton(FileSearchIndex.Of(Engine.Sqlite));
    }

    private static void AddCaches(IServiceCollection services, IConfiguration configuration)
    {
        var storage = configuration.GetSection("Storage").Get<StorageOptions>() ?? new StorageOptions();
        services.AddPerfKitMemoryBudget(configuration.GetSection("Memory").Bind);
        services.AddSingleton(static p => CodingFolder.Open(p.GetRequiredService<IOptions<StorageOptions>>().Value));
        services.AddPerfKitTransferMemory(configuration.GetSection("Transfers").Bind);
        services.AddPerfKitContentCache(
            FileLoader.CacheName,
            o =>
            {
                o.CapacityBytes = storage.ContentCacheBytes;
                o.MaxContentBytes = storage.MaxCachedContentBytes;
            }
        );
        services.AddTieredCaches(configuration);
    }

    /// <summary>Data annotations, failing at start with a sentence that names the key.</summary>
    private static void ValidateWith<T>(this OptionsBuilder<T> options, string section)
        where T : class =>
        options.ValidateOnStart().Services.AddSingleton<IValidateOptions<T>>(new SectionValidator<T>(section));
}
