using System.Net.Sockets;
using PerfKit.TestKit;

namespace Conventions.Tests.TestKit;

/// <summary>Servers and processes are frozen, thawed, killed and started again, and nothing is left of them.</summary>
public sealed class HandleTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(200);

    [SkippableFact]
    public async Task A_frozen_server_takes_connections_and_answers_when_it_is_thawed()
    {
        await using var server = await RedisServer.StartPrivateAsync();
        server.Freeze();
        var ping = Ping.AskAsync(server.ConnectionString);

        await ping.Invoking(static it => it.WaitAsync(Silence)).Should().ThrowAsync<TimeoutException>();
        server.Thaw();

        (await ping.WaitAsync(Long)).Should().Be("+PONG");
    }

    [SkippableFact]
    public async Task A_killed_server_refuses_connections_and_comes_back_empty_on_its_port()
    {
        await using var server = await RedisServer.StartPrivateAsync();
        await Ping.AskAsync(server.ConnectionString, "SET key value");
        var first = server.ProcessId;

        server.Freeze();
        await server.KillAsync();
        await server.KillAsync();

        server.IsRunning.Should().BeFalse();
        server
            .Invoking(static it => it.Freeze())
            .Should()
            .Throw<InvalidOperationException>()
            .WithMessage("*RestartAsync*");
        var ping = () => Ping.AskAsync(server.ConnectionString);
        await ping.Should().ThrowAsync<SocketException>();

        await server.RestartAsync();

        (await Ping.AskAsync(server.ConnectionString, "DBSIZE")).Should().Be(":0");
        server.ProcessId.Should().NotBe(first);
    }

    [SkippableFact]
    public async Task A_server_that_runs_is_started_again_too()
    {
        await using var server = await RedisServer.StartPrivateAsync();
        await Ping.AskAsync(server.ConnectionString, "SET key value");

        await server.RestartAsync();

        (await Ping.AskAsync(server.ConnectionString, "DBSIZE")).Should().Be(":0");
    }

    [SkippableFact]
    public async Task A_server_that_others_may_use_is_not_broken()
    {
        var server = await RedisServer.SharedAsync();

        server
            .Invoking(static it => it.Freeze())
            .Should()
            .Throw<InvalidOperationException>()
            .WithMessage($"The Redis at {server.ConnectionString} *StartPrivateAsync*");
        await server.Invoking(static it => it.KillAsync()).Should().ThrowAsync<InvalidOperationException>();
    }

    [SkippableTheory]
    [InlineData("frozen")]
    [InlineData("killed")]
    [InlineData("running")]
    public async Task A_disposed_server_leaves_neither_a_process_nor_a_folder(string how)
    {
        var server = await RedisServer.StartPrivateAsync();
        var id = server.ProcessId;
        var folder = Left.FolderOf(id);
        if (how == "frozen")
        {
            server.Freeze();
        }
        else if (how == "killed")
        {
            await server.KillAsync();
        }

        await server.DisposeAsync();

        Left.IsRunning(id).Should().BeFalse();
        Directory.Exists(folder).Should().BeFalse();
    }

    [SkippableTheory]
    [InlineData("frozen")]
    [InlineData("killed")]
    [InlineData("running")]
    public async Task Servers_and_processes_end_with_an_owner_that_is_killed(string how)
    {
        Left.SkipUnlessLinux();
        await using var owner = OwnProcess.StartProgram(TestProgram.Path, "own", how);
        var owned = (await owner.WaitForLineAsync("", Long)).Split(' ');
        var (child, server, folder) = (int.Parse(owned[0]), int.Parse(owned[1]), owned[2]);
        Left.IsRunning(child).Should().BeTrue();
        Left.IsRunning(server).Should().Be(how != "killed");
        Directory.Exists(folder).Should().BeTrue();

        owner.Kill();

        await Left.UntilAsync(() => !Left.IsRunning(child) && !Left.IsRunning(server) && !Directory.Exists(folder));
    }

    [SkippableFact]
    public async Task A_server_whose_owner_is_gone_before_it_is_ready_leaves_nothing()
    {
        Left.SkipUnlessLinux();
        using var folder = new TempFolder();
        var script = Path.Combine(AppContext.BaseDirectory, "server.sh");
        var command = $": | TMPDIR={folder.Path} env --default-signal=PIPE sh '{script}' redis | :"; // Its input ends and nobody reads its output.
        await using var starting = OwnProcess.Start("/bin/sh", "-c", command);

        await starting.WaitForExitAsync(Long);

        starting.Output.Should().NotContain("not installed");
        await Left.UntilAsync(() => !Left.Below(folder.Path).Any());
        Directory.EnumerateFileSystemEntries(folder.Path).Should().BeEmpty();
    }
}
