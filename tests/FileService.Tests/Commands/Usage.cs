using System.Globalization;
using FileService.Tests.Fixture;
using PerfKit.TestKit;
using PerfKit.TestKit.Load;

namespace FileService.Tests.Commands;

/// <summary>Exit codes: 0 done, 1 failed, 2 usage; <c>migrate</c>; the owner of a data folder.</summary>
public sealed class Usage
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("frobnicate")]
    [InlineData("import")]
    [InlineData("compare", "--rtt", "many")]
    [InlineData("compare", "--rtt")]
    [InlineData("serve", "--no-such-option")]
    [InlineData("--urls")]
    [InlineData("migrate", "surplus")]
    [InlineData("search")]
    [InlineData("search", "mend")]
    public async Task Misuse_exits_2_and_says_what_is_wrong(params string[] arguments)
    {
        using var folder = new TempFolder();

        var result = await ServiceProgram.RunAsync(arguments, Limit);

        result.ExitCode.Should().Be(2, result.All);
        result.All.Should().NotBeNullOrWhiteSpace().And.NotContain("   at ");
    }

    [Fact]
    public async Task Help_exits_0_and_names_every_command_and_option()
    {
        var result = await ServiceProgram.RunAsync(["--help"], Limit);

        result.ExitCode.Should().Be(0, result.All);
        foreach (var word in new[] { "serve", "import", "compare", "migrate", "search", "--urls", "--data" })
        {
            result.Output.Should().Contain(word);
        }
    }

    [SkippableTheory]
    [InlineData(Engine.Sqlite)]
    [InlineData(Engine.PostgreSql)]
    public async Task Migrate_exits_0_on_an_empty_database_and_again(Engine engine)
    {
        var database = await ServiceFixture.DatabaseAsync(engine);
        using var folder = new TempFolder();

        for (var run = 0; run < 2; run++)
        {
            var result = await ServiceProgram.RunAsync(["migrate", "--data", folder.Path], Limit, database);
            result.ExitCode.Should().Be(0, result.All);
        }

        await using var service = await ServiceProcess.StartAsync(
            new ServiceStart(folder.Path) { PostgreSql = database }
        );
        await service.Client.NewWorkspaceAsync();
    }

    [SkippableFact]
    public async Task Migrate_without_a_database_exits_1_and_names_where_it_looked()
    {
        using var folder = new TempFolder();
        var port = FreePort.Next();

        var result = await ServiceProgram.RunAsync(
            ["migrate", "--data", folder.Path],
            TimeSpan.FromSeconds(90),
            $"Host=127.0.0.1;Port={port};Username=nobody;Database=nothing;Timeout=3"
        );

        result.ExitCode.Should().Be(1, result.All);
        result.Error.Should().Contain(port.ToString(CultureInfo.InvariantCulture)).And.NotContain("   at ");
    }

    [Fact]
    public async Task A_second_process_on_a_SQLite_folder_exits_1_and_names_the_owner()
    {
        using var folder = new TempFolder();
        await using var owner = await ServiceProcess.StartAsync(new ServiceStart(folder.Path));

        foreach (var command in new[] { "serve", "migrate" })
        {
            var result = await ServiceProgram.RunAsync(
                [command, "--urls", $"http://127.0.0.1:{FreePort.Next()}", "--data", folder.Path],
                Limit
            );
            result.ExitCode.Should().Be(1, result.All);
            result.Error.Should().Contain(owner.Id.ToString(CultureInfo.InvariantCulture)).And.NotContain("   at ");
        }

        using var still = await owner.Client.GetAsync("/health/ready");
        await still.ShouldBeAsync(200);
    }

    [Fact]
    public async Task A_folder_whose_owner_was_killed_is_free_again()
    {
        using var folder = new TempFolder();
        await using (var killed = await ServiceProcess.StartAsync(new ServiceStart(folder.Path)))
        {
            killed.Kill();
        }

        await using var next = await ServiceProcess.StartAsync(new ServiceStart(folder.Path));

        await next.Client.NewWorkspaceAsync();
    }

    [Fact]
    public async Task Serve_on_a_port_that_is_taken_exits_1_and_names_it()
    {
        using var folder = new TempFolder();
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        var port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);

        var result = await ServiceProgram.RunAsync(
            ["--urls", $"http://127.0.0.1:{port}", "--data", folder.Path],
            Limit
        );

        result.ExitCode.Should().Be(1, result.All);
        result.All.Should().Contain(port);
    }

    [Fact]
    public async Task Serve_says_at_start_that_no_keys_are_configured()
    {
        using var folder = new TempFolder();
        await using var service = await ServiceProcess.StartAsync(new ServiceStart(folder.Path));

        service.Output.Should().Contain("X-Api-Key: dev");
    }
}
