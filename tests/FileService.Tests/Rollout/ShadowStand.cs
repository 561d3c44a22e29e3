using System.Diagnostics.Metrics;
using FileService.Rollout;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace FileService.Tests.Rollout;

/// <summary>A shadow runner whose settings, clock and counts a test holds.</summary>
internal sealed class ShadowStand : IAsyncDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly Comparisons _comparisons = new();
    private readonly IDisposable _listening;
    private readonly ShadowSettings _settings;

    public ShadowStand(params (string Key, string Value)[] settings)
    {
        Configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(static s => new KeyValuePair<string, string?>(s.Key, s.Value)))
            .Build();
        var options = new ShadowOptions();
        Configuration.GetSection(ShadowOptions.Section).Bind(options);
        _settings = new ShadowSettings(
            Configuration,
            Options.Create(options),
            new ShadowOptionsValidator(),
            NullLogger<ShadowSettings>.Instance
        );
        Budget = new ShadowBudget(_settings, Clock);
        var meters = _services.GetRequiredService<IMeterFactory>();
        Runner = new ShadowRunner(Budget, meters, Clock, NullLogger<ShadowRunner>.Instance);
        _listening = _comparisons.Listen(meters);
    }

    public IConfigurationRoot Configuration { get; }

    public FakeTimeProvider Clock { get; } = new();

    public ShadowBudget Budget { get; }

    public ShadowRunner Runner { get; }

    public ShadowOptions Settings => _settings.Current;

    public long Counted(string operation, string outcome) => _comparisons.Of(operation, outcome);

    public async ValueTask DisposeAsync()
    {
        await Runner.DisposeAsync();
        _settings.Dispose();
        _listening.Dispose();
        await _services.DisposeAsync();
    }
}
