using FileService.Before;
using FileService.Data;
using FileService.Files;
using FileService.Rollout;
using FileService.Tests.Before;
using FileService.Tests.Fixture;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using PerfKit.Streaming;
using PerfKit.TestKit;
using PerfKit.TestKit.Load;

namespace FileService.Tests.Rollout;

/// <summary>The switch as the host composes it.</summary>
public sealed class Switches
{
    private static readonly (string, string)[] AllShadows =
    [
        ("Shadow:Load:Share", "1"),
        ("Shadow:Search:Share", "1"),
        ("Shadow:Convert:Share", "1"),
        ("Shadow:BudgetPerSecond", "1000"),
        ("Shadow:MaxConcurrent", "16"),
    ];

    [Theory]
    [InlineData("true", 1, 0)]
    [InlineData("false", 0, 1)]
    public async Task Load_goes_to_the_side_the_flag_names(string flag, int after, int before)
    {
        var (old, current) = (new CountingLoader(), new CountingLoader());
        await using var service = await LocalService.StartAsync(
            Fixture.Engine.Sqlite,
            services => Replace<IFileLoader>(services, old, current),
            ("FeatureManagement:AfterLoad", flag)
        );

        await service.Get<IFileLoader>().LoadAsync("default", Guid.NewGuid(), CancellationToken.None);
        await service.Get<IFileLoader>().LoadAsync(service.Workspace, "a.txt", CancellationToken.None);

        (current.ById, current.ByPath, old.ById, old.ByPath).Should().Be((after, after, before, before));
    }

    [Fact]
    public async Task A_download_by_path_goes_through_the_switch()
    {
        using var folder = new TempFolder();
        await using var service = await ServiceProcess.StartAsync(
            new ServiceStart(folder.Path)
            {
                Arguments = ["--Shadow:Load:Share=1", "--FeatureManagement:AfterLoad=false"],
            }
        );
        var workspace = await service.Client.NewWorkspaceAsync();
        await service.Client.UploadAsync(workspace, "a.txt", "one");
        (await ComparedAsync(service)).Should().BeFalse("no file was loaded yet");

        var bytes = await service.Client.GetStringAsync(ServiceCalls.FileUrl(workspace.Id, "a.txt"));

        bytes.Should().Be("one");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await ComparedAsync(service))
        {
            await timer.WaitForNextTickAsync(limit.Token); // The comparison runs behind the answer.
        }
    }

    private static async Task<bool> ComparedAsync(ServiceProcess service) =>
        (await service.Client.GetStringAsync("/metrics"))
            .Split('\n')
            .Any(static line =>
                line.StartsWith("perfkit_shadow_comparisons", StringComparison.Ordinal)
                && line.Contains("operation=\"load\"", StringComparison.Ordinal)
                && line.Contains("outcome=\"match\"", StringComparison.Ordinal)
            );

    [Fact]
    public async Task A_side_that_is_broken_shows_as_mismatch_and_the_request_has_its_answer()
    {
        var meter = new Comparisons();
        await using var service = await LocalService.StartAsync(
            Fixture.Engine.Sqlite,
            services => services.AddKeyedSingleton<IFileConverter>(Side.Before, new BrokenConverter()),
            AllShadows
        );
        await service.PutAsync(("a.md", "# Title"));
        using var listening = meter.Listen(service);
        var loader = service.Get<IFileLoader>();
        var converter = service.Get<IFileConverter>();
        var file = (await service.FilesAsync())[0];

        var content = (await loader.LoadAsync(file.TenantId, file.Id, CancellationToken.None))!;
        await using var converted = await converter.ConvertAsync(content, "html", CancellationToken.None);
        await service
            .Get<IFileSearcher>()
            .SearchAsync(service.Workspace, LocalService.Query("title"), null, 10, CancellationToken.None);
        await service.Get<ShadowRunner>().WhenIdleAsync();

        converted.Reader.Length.Should().BePositive();
        meter.Of("convert", "mismatch").Should().Be(1);
        meter.Of("load", "match").Should().Be(1);
        meter.Of("search", "match").Should().Be(1);
    }

    [Fact]
    public async Task A_list_under_way_stays_on_the_side_that_made_its_cursor()
    {
        await using var service = await LocalService.StartAsync(
            Fixture.Engine.Sqlite,
            null,
            ("FeatureManagement:AfterSearch", "false")
        );
        await service.PutAsync([.. Enumerable.Range(0, 12).Select(static i => ($"{i:00}.txt", "common"))]);
        var searcher = service.Get<IFileSearcher>();
        var query = LocalService.Query("common");
        var first = await searcher.SearchAsync(service.Workspace, query, null, 5, CancellationToken.None);

        var configuration = (IConfigurationRoot)service.Get<IConfiguration>();
        configuration["FeatureManagement:AfterSearch"] = "true";
        configuration.Reload();
        var second = await searcher.SearchAsync(service.Workspace, query, first.Next, 5, CancellationToken.None);
        var anew = await searcher.SearchAsync(service.Workspace, query, null, 5, CancellationToken.None);

        second.Items.Select(static item => item.Path).Should().Equal("05.txt", "06.txt", "07.txt", "08.txt", "09.txt");
        service.Get<NaiveFileSearcher>().Made(service.Workspace, query, first.Next!).Should().BeTrue();
        service.Get<NaiveFileSearcher>().Made(service.Workspace, query, anew.Next!).Should().BeFalse();
    }

    private static void Replace<T>(IServiceCollection services, T before, T after)
        where T : class
    {
        services.AddKeyedSingleton(Side.Before, before);
        services.AddKeyedSingleton(Side.After, after);
    }

    private sealed class CountingLoader : IFileLoader
    {
        public int ById { get; private set; }

        public int ByPath { get; private set; }

        public ValueTask<FileContent?> LoadAsync(string tenant, Guid id, CancellationToken ct)
        {
            ById++;
            return ValueTask.FromResult<FileContent?>(null);
        }

        public ValueTask<FileContent?> LoadAsync(WorkspaceRow workspace, string path, CancellationToken ct)
        {
            ByPath++;
            return ValueTask.FromResult<FileContent?>(null);
        }
    }

    private sealed class BrokenConverter : IFileConverter
    {
        public ValueTask<ConvertedContent> ConvertAsync(FileContent file, string target, CancellationToken ct) =>
            ValueTask.FromResult(
                new ConvertedContent(ContentReader.FromMemory("wrong"u8.ToArray()), "text/html; charset=utf-8", "tag")
            );
    }
}
