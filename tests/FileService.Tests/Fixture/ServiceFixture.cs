using PerfKit.TestKit;
using PerfKit.TestKit.Load;

namespace FileService.Tests.Fixture;

/// <summary>
/// One service for many test classes, started on first use (so that a missing server skips the test, not fails the
/// fixture). Every test works in a workspace of its own.
/// </summary>
public abstract class ServiceFixture : IAsyncLifetime
{
    private readonly Lazy<TempFolder> _folder = new(static () => new TempFolder());
    private readonly Lazy<Task<ServiceProcess>> _service;

    protected ServiceFixture(Engine engine, params string[] arguments)
    {
        Engine = engine;
        _service = new Lazy<Task<ServiceProcess>>(() => StartAsync(arguments));
    }

    /// <summary>The database it runs on.</summary>
    public Engine Engine { get; }

    /// <summary>The folder below which local storages may lie.</summary>
    public string StorageRoots => _folder.Value.File("storages");

    /// <summary>The connection string of a new empty PostgreSQL database; null for SQLite.</summary>
    public static async Task<string?> DatabaseAsync(Engine engine) =>
        engine == Engine.Sqlite ? null : await (await PostgreSqlServer.SharedAsync()).CreateDatabaseAsync();

    /// <summary>The running service.</summary>
    public Task<ServiceProcess> ServiceAsync() => _service.Value;

    public Task InitializeAsync()
    {
        Directory.CreateDirectory(StorageRoots);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        if (_service is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            await (await _service.Value).DisposeAsync();
        }

        _folder.Value.Dispose();
    }

    /// <summary>More arguments, known only once a server they name runs.</summary>
    protected virtual Task<string[]> MoreAsync() => Task.FromResult<string[]>([]);

    private async Task<ServiceProcess> StartAsync(string[] arguments) =>
        await ServiceProcess.StartAsync(
            new ServiceStart(_folder.Value.File("data"))
            {
                PostgreSql = await DatabaseAsync(Engine),
                Arguments =
                [
                    .. ServiceStart.Unlimited,
                    $"--Storage:Roots:0={StorageRoots}",
                    .. arguments,
                    .. await MoreAsync(),
                ],
            }
        );
}
