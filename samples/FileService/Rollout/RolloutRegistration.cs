using FileService.Before;
using FileService.Files;
using Microsoft.Extensions.Options;
using Microsoft.FeatureManagement;

namespace FileService.Rollout;

/// <summary>Puts the switch between the endpoints and the two sides of each operation.</summary>
internal static class RolloutRegistration
{
    public static IServiceCollection AddRollout(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<NaiveFileLoader>();
        services.AddSingleton<NaiveFileSearcher>();
        services.AddSingleton<NaiveFileConverter>();
        services.AddSingleton<NaiveStorageSync>();
        services.AddSides<IFileLoader, NaiveFileLoader, FileLoader>();
        services.AddSides<IFileSearcher, NaiveFileSearcher, FileSearcher>();
        services.AddSides<IFileConverter, NaiveFileConverter, FileConverter>();
        services.AddSides<IStorageSync, NaiveStorageSync, StorageSync>();

        services.AddSingleton<IFileLoader, SwitchingFileLoader>();
        services.AddSingleton<IFileSearcher, SwitchingFileSearcher>();
        services.AddSingleton<IFileConverter, SwitchingFileConverter>();
        services.AddSingleton<IStorageSync, SwitchingStorageSync>();

        services.AddFeatureManagement(configuration.GetSection("FeatureManagement"));
        services.AddSingleton<RolloutFlags>();
        services.AddSingleton<IValidateOptions<ShadowOptions>, ShadowOptionsValidator>();
        services.AddOptions<ShadowOptions>().Bind(configuration.GetSection(ShadowOptions.Section)).ValidateOnStart();
        services.AddSingleton(p => ActivatorUtilities.CreateInstance<ShadowSettings>(p, configuration));
        services.AddSingleton<ShadowBudget>();
        services.AddSingleton<ShadowRunner>();
        return services;
    }

    private static void AddSides<TOperation, TBefore, TAfter>(this IServiceCollection services)
        where TOperation : class
        where TBefore : class, TOperation
        where TAfter : class, TOperation
    {
        services.AddKeyedSingleton<TOperation>(Side.Before, static (p, _) => p.GetRequiredService<TBefore>());
        services.AddKeyedSingleton<TOperation>(Side.After, static (p, _) => p.GetRequiredService<TAfter>());
    }
}
