using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using PerfKit.Internal;
using StackExchange.Redis;

namespace PerfKit.Caching.Internal.Distributed;

internal sealed class RedisCacheOptionsValidator(IServiceProvider services) : IValidateOptions<PerfKitRedisCacheOptions>
{
    public ValidateOptionsResult Validate(string? name, PerfKitRedisCacheOptions options) =>
        Fault(name ?? "", options) is { } fault ? ValidateOptionsResult.Fail(fault) : ValidateOptionsResult.Success;

    private string? Fault(string name, PerfKitRedisCacheOptions options)
    {
        var key = name.Length == 0 ? nameof(PerfKitRedisCacheOptions) : $"{nameof(PerfKitRedisCacheOptions)} '{name}'";
        var fault =
            ConfigurationFault(name, options.Configuration)
            ?? InstanceFault(options.InstanceName ?? name)
            ?? TimeoutFault(options.CommandTimeout);
        return fault is null ? null : $"{key}: {fault}.";
    }

    private string? ConfigurationFault(string name, string? configuration) =>
        configuration is not null ? RedisConfiguration.Fault(configuration)
        : IsRegistered(name) ? null
        : $"Configuration is null but {RedisConfiguration.Must}, or else an IConnectionMultiplexer must be in the services";

    private bool IsRegistered(string name) =>
        services.GetService<IServiceProviderIsKeyedService>() is not { } registered
        || registered.IsService(typeof(IConnectionMultiplexer))
        || registered.IsKeyedService(typeof(IConnectionMultiplexer), name);

    private static string? InstanceFault(string name) =>
        name.Length > PerfKitRedisCacheOptions.MaxInstanceName
            ? $"InstanceName has {name.Length} characters but must be of 0 to {PerfKitRedisCacheOptions.MaxInstanceName}"
        : LoneSurrogate.IndexIn(name) is var at and >= 0
            ? $"InstanceName has a lone surrogate at {at} but must be text that UTF-8 can carry"
        : null;

    private static string? TimeoutFault(TimeSpan value) =>
        value >= PerfKitRedisCacheOptions.MinCommandTimeout && value <= PerfKitRedisCacheOptions.MaxCommandTimeout
            ? null
            : $"CommandTimeout is {value} but must be between {PerfKitRedisCacheOptions.MinCommandTimeout} and "
                + $"{PerfKitRedisCacheOptions.MaxCommandTimeout}";
}
