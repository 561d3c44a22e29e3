using FileService.Setup;

namespace FileService.Commands;

/// <summary>The file service's parts without its web server; a command is one scope, as a request is.</summary>
internal sealed class CommandServices : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly AsyncServiceScope _scope;
    private readonly IDisposable? _owned;

    public CommandServices(CommandSettings settings, string purpose, Action<IServiceCollection>? configure = null)
    {
        var configuration = new ConfigurationManager();
        HostConfiguration.AddTo(configuration, settings);
        _owned = Owner.Of(configuration, purpose);
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddLogging(logging => logging.AddConfiguration(configuration.GetSection("Logging")).AddConsole());
        services.AddMetrics();
        services.AddFileService(configuration);
        configure?.Invoke(services);
        _services = services.BuildServiceProvider(validateScopes: true);
        _scope = _services.CreateAsyncScope();
    }

    public Initializer Initializer => Get<Initializer>();

    public T Get<T>()
        where T : notnull => _scope.ServiceProvider.GetRequiredService<T>();

    public T GetKeyed<T>(string key)
        where T : notnull => _scope.ServiceProvider.GetRequiredKeyedService<T>(key);

    public async ValueTask DisposeAsync()
    {
        await _scope.DisposeAsync();
        await _services.DisposeAsync();
        _owned?.Dispose();
    }
}
