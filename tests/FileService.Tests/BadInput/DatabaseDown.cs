using System.Diagnostics;
using System.Net;
using FileService.Tests.Fixture;
using Npgsql;
using PerfKit.TestKit;
using PerfKit.TestKit.Load;

namespace FileService.Tests.BadInput;

/// <summary>A database that is down at start and later: quick honest refusals, no crash, and service again when it is back.</summary>
public sealed class DatabaseDown
{
    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Back = TimeSpan.FromSeconds(30);

    [SkippableFact]
    public async Task Down_at_start_answers_503_and_serves_once_it_is_up()
    {
        using var folder = new TempFolder();
        var (relay, connection) = await RelayAsync();
        using var _ = relay;
        await using var service = await ServiceProcess.StartAsync(
            new ServiceStart(folder.Path)
            {
                PostgreSql = connection,
                AwaitReady = false,
                Arguments = ServiceStart.Unlimited,
            }
        );

        await service.WaitForAsync("/health/live", HttpStatusCode.OK, Back);
        await ShouldBeRefusedAsync(service.Client, "/health/ready");
        await ShouldBeRefusedAsync(service.Client, "/workspaces");

        relay.Up();
        await service.WaitForAsync("/health/ready", HttpStatusCode.OK, Back);
        var workspace = await service.Client.NewWorkspaceAsync();
        await service.Client.UploadAsync(workspace, "a.txt", "one");
    }

    [SkippableFact]
    public async Task Down_later_answers_503_quickly_and_serves_again_with_nothing_lost()
    {
        using var folder = new TempFolder();
        var (relay, connection) = await RelayAsync();
        using var _ = relay;
        relay.Up();
        await using var service = await ServiceProcess.StartAsync(
            new ServiceStart(folder.Path) { PostgreSql = connection, Arguments = ServiceStart.Unlimited }
        );
        var workspace = await service.Client.NewWorkspaceAsync();
        var id = (await service.Client.UploadAsync(workspace, "a.txt", "one")).Text("id");

        for (var round = 0; round < 2; round++)
        {
            relay.Down();
            foreach (var url in new[] { "/workspaces", $"/files/{id}", $"/workspaces/{workspace.Id}/search?q=one" })
            {
                await ShouldBeRefusedAsync(service.Client, url);
            }

            await ShouldBeRefusedAsync(service.Client, "/health/ready");
            using var live = await service.Client.GetAsync("/health/live");
            await live.ShouldBeAsync(200);
            using var upload = await service.Client.PutAsync(workspace.Id, "b.txt", [1]);
            await upload.ShouldBeProblemAsync(503);

            relay.Up();
            await service.WaitForAsync($"/files/{id}", HttpStatusCode.OK, Back);
            (await service.Client.GetStringAsync($"/files/{id}/content")).Should().Be("one");
            await service.Client.UploadAsync(workspace, $"c{round}.txt", "two");
        }
    }

    private static async Task ShouldBeRefusedAsync(HttpClient client, string url)
    {
        var watch = Stopwatch.StartNew();

        using var response = await client.GetAsync(url);

        watch.Elapsed.Should().BeLessThan(Quick);
        if (!url.StartsWith("/health", StringComparison.Ordinal))
        {
            await response.ShouldBeProblemAsync(503, names: "database");
            response.Headers.RetryAfter.Should().NotBeNull();
        }

        await response.ShouldBeAsync(503);
    }

    private static async Task<(TcpRelay Relay, string Connection)> RelayAsync()
    {
        var direct = new NpgsqlConnectionStringBuilder(await ServiceFixture.DatabaseAsync(Engine.PostgreSql));
        var relay = new TcpRelay(direct.Host!, direct.Port);
        return (
            relay,
            new NpgsqlConnectionStringBuilder(direct.ConnectionString)
            {
                Host = "127.0.0.1",
                Port = relay.Port,
            }.ConnectionString
        );
    }
}
