using System.Net;
using FileService.Tests.Fixture;
using FileService.Tests.LivePage;
using PerfKit.TestKit;
using PerfKit.TestKit.Load;

namespace FileService.Tests.Caching;

/// <summary>Instances on one PostgreSQL hear each other over Redis, and do without it while it is away.</summary>
public sealed class SharedCaches
{
    [SkippableFact]
    public async Task Instances_see_each_others_writes_and_share_what_they_read()
    {
        using var folder = new TempFolder();
        await using var redis = await RedisServer.StartPrivateAsync();
        var start = await CachedService.StartOfAsync(folder, redis.ConnectionString);
        await using var one = await ServiceProcess.StartAsync(start);
        await using var two = await ServiceProcess.StartAsync(start);
        var workspace = await one.Client.NewWorkspaceAsync();
        var id = (await one.Client.UploadAsync(workspace, "a.txt", "zebra 0")).Text("id");
        var views = CachedService.ViewsOf(workspace, id, "a.txt", "zebra");
        var (writer, reader) = (one.Client, two.Client);

        for (var i = 1; i < 12; i++)
        {
            var before = await CachedService.ReadAsync(reader, views);
            await writer.UploadAsync(workspace, "a.txt", $"zebra {i}");

            var written = await CachedService.ReadAsync(writer, views);
            written["path"].Should().Be($"200 zebra {i}");
            await Eventually.TrueAsync(async () =>
                (await CachedService.ReadAsync(reader, views)).All(view => written[view.Key] == view.Value)
            );
            written["file"].Should().NotBe(before["file"]);
            (writer, reader) = (reader, writer);
        }

        await two.DisposeAsync();
        await Eventually.TrueAsync(async () => await CachedService.NotesAsync(start.PostgreSql!) == 0);
    }

    [SkippableFact]
    public async Task Frozen_Redis_degrades_health_and_no_answer_and_its_notes_wait_for_it()
    {
        using var folder = new TempFolder();
        await using var redis = await RedisServer.StartPrivateAsync();
        var start = await CachedService.StartOfAsync(folder, redis.ConnectionString);
        await using var service = await ServiceProcess.StartAsync(start);
        await using var other = await ServiceProcess.StartAsync(start);
        var workspace = await service.Client.NewWorkspaceAsync();
        var id = (await service.Client.UploadAsync(workspace, "a.txt", "zebra 0")).Text("id");
        var views = CachedService.ViewsOf(workspace, id, "a.txt", "zebra");
        await CachedService.ReadAsync(service.Client, views);
        await CachedService.ReadAsync(other.Client, views);
        await HealthIsAsync(service.Client, "Healthy");

        redis.Freeze();
        await service.Client.UploadAsync(workspace, "a.txt", "zebra 1");

        (await CachedService.ReadAsync(service.Client, views))["path"].Should().Be("200 zebra 1");
        await HealthIsAsync(service.Client, "Degraded");
        await Eventually.TrueAsync(async () =>
            (await CachedService.ReadAsync(other.Client, views))["path"] == "200 zebra 1"
        );
        (await CachedService.NotesAsync(start.PostgreSql!)).Should().BePositive();

        redis.Thaw();
        await Eventually.TrueAsync(async () => await CachedService.NotesAsync(start.PostgreSql!) == 0);
        await HealthIsAsync(service.Client, "Healthy");
        (await CachedService.ReadAsync(other.Client, views))["path"].Should().Be("200 zebra 1");
    }

    [SkippableFact]
    public async Task A_writer_without_Redis_is_heard_by_those_who_have_it()
    {
        using var folder = new TempFolder();
        await using var redis = await RedisServer.StartPrivateAsync();
        var start = await CachedService.StartOfAsync(folder, redis.ConnectionString);
        await using var without = await ServiceProcess.StartAsync(
            start with
            {
                Arguments = [.. start.Arguments, "--ConnectionStrings:redis="],
            }
        );
        await using var service = await ServiceProcess.StartAsync(start);
        var workspace = await service.Client.NewWorkspaceAsync();
        var id = (await service.Client.UploadAsync(workspace, "a.txt", "zebra 0")).Text("id");
        var views = CachedService.ViewsOf(workspace, id, "a.txt", "zebra");
        await CachedService.ReadAsync(service.Client, views);

        await without.Client.UploadAsync(workspace, "a.txt", "zebra 1");

        var written = await CachedService.ReadAsync(without.Client, views);
        await Eventually.TrueAsync(async () =>
            (await CachedService.ReadAsync(service.Client, views)).All(view => written[view.Key] == view.Value)
        );
    }

    [SkippableFact]
    public async Task What_a_killed_instance_could_not_remove_is_removed_before_the_next_one_answers()
    {
        using var folder = new TempFolder();
        await using var redis = await RedisServer.StartPrivateAsync();
        var start = await CachedService.StartOfAsync(folder, redis.ConnectionString);
        var killed = await ServiceProcess.StartAsync(start);
        var workspace = await killed.Client.NewWorkspaceAsync();
        var id = (await killed.Client.UploadAsync(workspace, "a.txt", "zebra 0")).Text("id");
        var views = CachedService.ViewsOf(workspace, id, "a.txt", "zebra");
        await CachedService.ReadAsync(killed.Client, views);
        redis.Freeze();
        await killed.Client.UploadAsync(workspace, "a.txt", "zebra 1");
        var written = await CachedService.ReadAsync(killed.Client, views);
        killed.Kill();
        await killed.DisposeAsync();
        redis.Thaw();

        await using var next = await ServiceProcess.StartAsync(start);

        (await CachedService.ReadAsync(next.Client, views)).Should().Equal(written);
    }

    [SkippableFact]
    public async Task Redis_that_is_down_at_start_stops_nothing()
    {
        using var folder = new TempFolder();
        await using var redis = await RedisServer.StartPrivateAsync();
        await redis.KillAsync();
        var start = await CachedService.StartOfAsync(folder, redis.ConnectionString);
        await using var service = await ServiceProcess.StartAsync(start);
        var workspace = await service.Client.NewWorkspaceAsync();

        await service.Client.UploadAsync(workspace, "a.txt", "zebra 0");

        (await service.Client.GetStringAsync(ServiceCalls.FileUrl(workspace.Id, "a.txt"))).Should().Be("zebra 0");
        await HealthIsAsync(service.Client, "Degraded");
        await redis.RestartAsync();
        await HealthIsAsync(service.Client, "Healthy");
        await Eventually.TrueAsync(async () => await CachedService.NotesAsync(start.PostgreSql!) == 0);
    }

    [SkippableFact]
    public async Task Without_Redis_nothing_but_contents_is_cached_on_PostgreSQL()
    {
        using var folder = new TempFolder();
        var start = await CachedService.StartOfAsync(folder, "");
        await using var service = await ServiceProcess.StartAsync(start);
        var workspace = await service.Client.NewWorkspaceAsync();
        var id = (await service.Client.UploadAsync(workspace, "a.txt", "zebra 0")).Text("id");
        var views = CachedService.ViewsOf(workspace, id, "a.txt", "zebra");
        await CachedService.ReadAsync(service.Client, views);

        foreach (var (name, url) in views)
        {
            (await CachedService.StatementsAsync(service.Client, url)).Should().NotContain("\"0 statements", name);
        }

        (await CachedService.NotesAsync(start.PostgreSql!)).Should().Be(0);
        service.Output.Should().Contain("configure ConnectionStrings:redis");
        await HealthIsAsync(service.Client, "Healthy");
    }

    private static Task HealthIsAsync(HttpClient client, string said) =>
        Eventually.TrueAsync(async () =>
        {
            using var response = await client.GetAsync("/health/ready");
            response.StatusCode.Should().Be(HttpStatusCode.OK);
            return await response.Content.ReadAsStringAsync() == said;
        });
}
