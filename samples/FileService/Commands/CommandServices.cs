using FileService.Setup;

namespace FileService.Commands;

/// <summary>The file service's parts without its web server.</summary>
internal sealed class CommandServices : IAsyncDisposable
{
    private readonly ServiceProvider _services;
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
        _services = services.BuildServiceProvider();
    }

    public Initializer Initializer => Get<Initializer>();

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public T GetKeyed<T>(string key)
        where T : notnull => _services.GetRequiredKeyedService<T>(key);

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _owned?.Dispose();
    }
}
