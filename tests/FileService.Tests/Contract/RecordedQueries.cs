using System.Globalization;
using System.Text.RegularExpressions;
using FileService.Tests.Fixture;
using PerfKit.TestKit;
using PerfKit.TestKit.Load;

namespace FileService.Tests.Contract;

/// <summary>With <c>Query:Record</c> the service counts its statements; what a request needs does not grow with its rows.</summary>
public sealed partial class RecordedQueries
{
    private const int Files = 40;

    public static TheoryData<Engine> Engines => [Engine.Sqlite, Engine.PostgreSql];

    [SkippableTheory]
    [MemberData(nameof(Engines))]
    public async Task Lists_and_searches_of_many_files_make_few_statements(Engine engine)
    {
        using var folder = new TempFolder();
        await using var service = await StartAsync(engine, folder, "--Query:Record=true");
        var workspace = await service.Client.NewWorkspaceAsync();
        for (var i = 0; i < Files; i++)
        {
            await service.Client.UploadAsync(workspace, $"docs/{i}.txt", $"zebra number {i}");
        }

        var files = $"/workspaces/{workspace.Id}";
        (await StatementsAsync(service, $"{files}/files?fields=id,path,storages", Files)).Should().BeInRange(1, 3);
        (await StatementsAsync(service, $"{files}/files?sort=-size,path", Files)).Should().BeInRange(1, 3);
        // The workspace, on SQLite the count that chooses the ranking, the matches, their files, their texts.
        (await StatementsAsync(service, $"{files}/search?q=zebra", Files))
            .Should()
            .BeInRange(1, 5);
        // On PostgreSQL the needle's trigrams in the place of that count.
        (await StatementsAsync(service, $"{files}/search?q=zebra&mode=substring", Files))
            .Should()
            .BeInRange(1, 5);
    }

    [SkippableTheory]
    [MemberData(nameof(Engines))]
    public async Task Loop_of_the_slow_side_is_named_by_file_and_line(Engine engine)
    {
        using var folder = new TempFolder();
        await using var service = await StartAsync(
            engine,
            folder,
            "--Query:Record=true",
            "--FeatureManagement:AfterSearch=false"
        );
        var workspace = await service.Client.NewWorkspaceAsync();
        for (var i = 0; i < Files; i++)
        {
            await service.Client.UploadAsync(workspace, $"docs/{i}.txt", $"zebra number {i}");
        }

        using var response = await service.Client.GetAsync($"/workspaces/{workspace.Id}/search?q=zebra");

        await response.ShouldBeAsync(200);
        var (statements, repeated) = Counted(response);
        statements.Should().BeGreaterThan(Files);
        repeated.Should().Be(1);
        await WarningAsync(service); // After the answer, when the request's scope ends.
    }

    [Fact]
    public async Task Nothing_is_recorded_unless_asked_for()
    {
        using var folder = new TempFolder();
        await using var service = await StartAsync(Engine.Sqlite, folder);

        using var response = await service.Client.GetAsync("/workspaces");

        await response.ShouldBeAsync(200);
        response.Headers.Contains("Server-Timing").Should().BeFalse();
    }

    private static async Task<ServiceProcess> StartAsync(Engine engine, TempFolder folder, params string[] arguments) =>
        await ServiceProcess.StartAsync(
            new ServiceStart(folder.File("data"))
            {
                PostgreSql = await ServiceFixture.DatabaseAsync(engine),
                Arguments = [.. ServiceStart.Unlimited, .. arguments],
            }
        );

    private static async Task<int> StatementsAsync(ServiceProcess service, string url, int items)
    {
        using var response = await service.Client.GetAsync(url);
        var list = await response.ShouldBeJsonAsync(200);
        list.GetProperty("items").GetArrayLength().Should().Be(items);
        var (statements, repeated) = Counted(response);
        repeated.Should().Be(0);
        return statements;
    }

    private static (int Statements, int Repeated) Counted(HttpResponseMessage response)
    {
        var match = CountPattern().Match(response.Headers.GetValues("Server-Timing").Single());
        match.Success.Should().BeTrue();
        return (Number(match.Groups[1]), Number(match.Groups[2]));
    }

    private static int Number(Group group) => int.Parse(group.ValueSpan, CultureInfo.InvariantCulture);

    private static async Task WarningAsync(ServiceProcess service)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!WarningPattern().IsMatch(service.Output))
        {
            await timer.WaitForNextTickAsync(limit.Token);
        }
    }

    [GeneratedRegex("""^sql;desc="([0-9]+) statements, ([0-9]+) repeated"$""")]
    private static partial Regex CountPattern();

    [GeneratedRegex(@"/search ran a statement [0-9]+ times at \S*Before\S*\.cs:[0-9]+")]
    private static partial Regex WarningPattern();
}
