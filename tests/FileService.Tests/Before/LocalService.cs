using System.Text;
using FileService.Commands;
using FileService.Data;
using FileService.Files;
using FileService.Setup;
using FileService.Tests.Fixture;
using Microsoft.Extensions.DependencyInjection;
using PerfKit.Query;
using PerfKit.TestKit;

namespace FileService.Tests.Before;

/// <summary>The service's parts in this process, on an empty database, with a workspace of given files.</summary>
internal sealed class LocalService : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private CommandServices? _services;

    private LocalService() { }

    public WorkspaceRow Workspace { get; private set; } = new();

    public static async Task<LocalService> StartAsync(
        Fixture.Engine engine,
        Action<IServiceCollection>? configure = null,
        params (string Key, string Value)[] settings
    )
    {
        var service = new LocalService();
        var overrides = settings.ToDictionary(static s => s.Key, static s => (string?)s.Value);
        overrides["ConnectionStrings:postgres"] = await ServiceFixture.DatabaseAsync(engine) ?? "";
        overrides["Logging:LogLevel:FileService"] = "Error";
        service._services = new CommandServices(
            new CommandSettings("http://127.0.0.1:0", service._folder.File("data"), overrides),
            "testing",
            configure
        );
        await service._services.Initializer.RunAsync(serve: false, CancellationToken.None);
        service.Workspace = await service
            .Get<Workspaces>()
            .EnsureAsync(Setup.Tenants.Default, "before", CancellationToken.None);
        return service;
    }

    public T Get<T>()
        where T : notnull => _services!.Get<T>();

    /// <summary>Puts files in place, as an import does.</summary>
    public async Task PutAsync(params (string Path, string Text)[] files)
    {
        var root = _folder.File("tree");
        Directory.CreateDirectory(root);
        foreach (var (path, text) in files)
        {
            var file = Path.Combine(root, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, text, new UTF8Encoding(false));
        }

        var (found, tally) = ImportFolder.Scan(root);
        await Get<Importer>().ImportAsync(Workspace, found, tally, CancellationToken.None);
        tally.Failures.Should().BeEmpty();
    }

    public async Task<List<FileRow>> FilesAsync()
    {
        var database = Get<Database>();
        await using var connection = await database.OpenAsync(CancellationToken.None);
        return await FileService.Before.BeforeQueries.ScanFilesAsync(database, connection, Workspace.Id, 0, 10_000);
    }

    public static SearchQuery Query(string q) =>
        SearchQuery.TryParse(q, out var query, out var error) ? query : throw new ArgumentException(error, nameof(q));

    public async ValueTask DisposeAsync()
    {
        if (_services is not null)
        {
            await _services.DisposeAsync();
        }

        _folder.Dispose();
    }
}
