using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using FileService.Tests.Fixture;
using PerfKit.TestKit;
using PerfKit.TestKit.Load;

namespace FileService.Tests.Commands;

/// <summary><c>import &lt;folder&gt; [--workspace name] [--to url]</c>.</summary>
public sealed class Imports
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [SkippableTheory]
    [InlineData(Engine.Sqlite)]
    [InlineData(Engine.PostgreSql)]
    public async Task Import_brings_every_file_counts_links_and_changes_nothing_the_second_time(Engine engine)
    {
        var database = await ServiceFixture.DatabaseAsync(engine);
        using var folder = new TempFolder();
        var tree = SmallTree.Write(folder.File("tree"), 120);
        var links = MakeLinks(folder.File("tree"));
        string[] import = ["import", folder.File("tree"), "--workspace", "docs", "--data", folder.File("data")];

        var first = await ServiceProgram.RunAsync(import, Limit, database);
        first.ExitCode.Should().Be(0, first.All);
        first.All.Should().MatchRegex("120");
        if (links > 0)
        {
            first
                .All.Should()
                .MatchRegex($@"(?i)({links}\s+(symbolic\s+|sym)?links?|(symbolic\s+|sym)?links?[^\d\n]*{links})");
        }

        var before = await ListAsync(folder.File("data"), database);
        Contents(before).Should().BeEquivalentTo(Expected(tree));

        var second = await ServiceProgram.RunAsync(import, Limit, database);
        second.ExitCode.Should().Be(0, second.All);
        var after = await ListAsync(folder.File("data"), database);
        after.Select(f => f.ToString()).Should().Equal(before.Select(f => f.ToString()));
    }

    [Fact]
    public async Task Import_takes_changed_and_new_files_and_leaves_the_rest()
    {
        using var folder = new TempFolder();
        var tree = SmallTree.Write(folder.File("tree"), 20);
        string[] import = ["import", folder.File("tree"), "--workspace", "docs", "--data", folder.File("data")];
        (await ServiceProgram.RunAsync(import, Limit)).ExitCode.Should().Be(0);
        tree["part0/doc0.md"] = "changed"u8.ToArray();
        tree["part0/new.md"] = "new"u8.ToArray();
        await File.WriteAllTextAsync(folder.File("tree/part0/doc0.md"), "changed");
        await File.WriteAllTextAsync(folder.File("tree/part0/new.md"), "new");

        (await ServiceProgram.RunAsync(import, Limit)).ExitCode.Should().Be(0);

        var files = await ListAsync(folder.File("data"), null);
        Contents(files).Should().BeEquivalentTo(Expected(tree));
        files
            .Where(f => f.GetProperty("version").GetInt64() > 1)
            .Select(f => f.Text("path"))
            .Should()
            .Equal("part0/doc0.md");
    }

    [SkippableTheory]
    [InlineData(Engine.Sqlite)]
    [InlineData(Engine.PostgreSql)]
    public async Task Import_killed_and_run_again_ends_whole(Engine engine)
    {
        var database = await ServiceFixture.DatabaseAsync(engine);
        using var folder = new TempFolder();
        var tree = SmallTree.Write(folder.File("tree"), 1500);
        string[] import = ["import", folder.File("tree"), "--workspace", "docs", "--data", folder.File("data")];
        using (var process = Process.Start(ServiceProgram.Start(import, database))!)
        {
            _ = process.StandardOutput.ReadToEndAsync();
            _ = process.StandardError.ReadToEndAsync();
            await BlobsAsync(folder.File("data"), atLeast: 100);
            process.Kill();
            await process.WaitForExitAsync();
        }

        var again = await ServiceProgram.RunAsync(import, Limit, database);

        again.ExitCode.Should().Be(0, again.All);
        Contents(await ListAsync(folder.File("data"), database)).Should().BeEquivalentTo(Expected(tree));
    }

    [Fact]
    public async Task Import_to_a_running_service_goes_over_http()
    {
        using var folder = new TempFolder();
        var tree = SmallTree.Write(folder.File("tree"), 60);
        await using var service = await ServiceProcess.StartAsync(
            new ServiceStart(folder.File("data")) { Arguments = ServiceStart.Unlimited }
        );
        string[] import =
        [
            "import",
            folder.File("tree"),
            "--workspace",
            "docs",
            "--to",
            service.Client.BaseAddress!.ToString(),
        ];

        for (var run = 0; run < 2; run++)
        {
            var result = await ServiceProgram.RunAsync(import, Limit);
            result.ExitCode.Should().Be(0, result.All);
        }

        var files = await service.Client.WalkAsync("/workspaces/docs/files?sort=path&limit=1000");
        Contents(files).Should().BeEquivalentTo(Expected(tree));
        files.Should().OnlyContain(f => f.GetProperty("version").GetInt64() == 1, "the second run changed nothing");
    }

    [Fact]
    public async Task Import_into_a_folder_a_service_owns_exits_1_and_names_the_owner()
    {
        using var folder = new TempFolder();
        SmallTree.Write(folder.File("tree"), 2);
        await using var service = await ServiceProcess.StartAsync(new ServiceStart(folder.File("data")));

        var result = await ServiceProgram.RunAsync(
            ["import", folder.File("tree"), "--data", folder.File("data")],
            Limit
        );

        result.ExitCode.Should().Be(1, result.All);
        result.Error.Should().Contain(service.Id.ToString(CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Import_to_nobody_exits_1_and_names_the_address()
    {
        using var folder = new TempFolder();
        SmallTree.Write(folder.File("tree"), 2);
        var nobody = $"127.0.0.1:{FreePort.Next()}";

        var result = await ServiceProgram.RunAsync(["import", folder.File("tree"), "--to", $"http://{nobody}"], Limit);

        result.ExitCode.Should().Be(1, result.All);
        result.Error.Should().Contain(nobody).And.NotContain("   at ");
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("file.txt")]
    public async Task Import_of_what_is_no_folder_names_it_and_fails(string name)
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.File("file.txt"), "");

        var result = await ServiceProgram.RunAsync(["import", folder.File(name), "--data", folder.File("data")], Limit);

        result.ExitCode.Should().BeOneOf(1, 2);
        result.Error.Should().Contain(name).And.NotContain("   at ");
    }

    private static int MakeLinks(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return 0;
        }

        File.CreateSymbolicLink(Path.Combine(folder, "link.md"), "part0/doc0.md");
        File.CreateSymbolicLink(Path.Combine(folder, "dangling.md"), "nothing.md");
        Directory.CreateSymbolicLink(Path.Combine(folder, "loop"), folder);
        return 3;
    }

    private static async Task<List<JsonElement>> ListAsync(string data, string? database)
    {
        await using var service = await ServiceProcess.StartAsync(
            new ServiceStart(data) { PostgreSql = database, Arguments = ServiceStart.Unlimited }
        );
        return await service.Client.WalkAsync("/workspaces/docs/files?sort=path&limit=1000");
    }

    private static Dictionary<string, string> Contents(IEnumerable<JsonElement> files) =>
        files.ToDictionary(f => f.Text("path"), f => f.Text("contentHash"));

    private static Dictionary<string, string> Expected(Dictionary<string, byte[]> tree) =>
        tree.ToDictionary(f => f.Key, f => ServiceCalls.Hash(f.Value));

    private static async Task BlobsAsync(string data, int atLeast)
    {
        using var limit = new CancellationTokenSource(Limit);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (await timer.WaitForNextTickAsync(limit.Token))
        {
            if (DataFolder.Blobs(data).Count >= atLeast)
            {
                return;
            }
        }
    }
}
