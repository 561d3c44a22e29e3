using PerfKit.TestKit.Load;

namespace FileService.Tests.Fixture;

/// <summary>Base of the suites that run on both engines against one shared service.</summary>
public abstract class ContractSuite(ServiceFixture fixture) : IAsyncLifetime
{
    private ServiceProcess? _service;

    protected ServiceFixture Fixture => fixture;

    protected ServiceProcess Service => _service!;

    protected HttpClient Client => Service.Client;

    public async Task InitializeAsync() => _service = await fixture.ServiceAsync();

    public Task DisposeAsync() => Task.CompletedTask;
}
