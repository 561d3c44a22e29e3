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

        services.AddScoped<IFileLoader, SwitchingFileLoader>();
        services.AddScoped<IFileSearcher, SwitchingFileSearcher>();
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
        services.AddKeyedTransient<TOperation>(Side.After, static (p, _) => p.GetRequiredService<TAfter>());
    }

    /// <summary>Asks the after side as a request of its own, for a comparison outlives the request that it compares.</summary>
    public static async Task<TAnswer> AskAfterAsync<TOperation, TAnswer>(
        this IServiceScopeFactory scopes,
        Func<TOperation, Task<TAnswer>> ask
    )
        where TOperation : class
    {
        await using var own = scopes.CreateAsyncScope();
        return await ask(own.ServiceProvider.GetRequiredKeyedService<TOperation>(Side.After));
    }
}
