using FileService.Tests.Fixture;
using PerfKit.TestKit;
using PerfKit.TestKit.Load;

namespace FileService.Tests.Contract;

/// <summary>Two instances on one PostgreSQL and one data folder.</summary>
public sealed class Instances
{
    [SkippableFact]
    public async Task Two_started_at_once_on_an_empty_database_both_serve_and_see_each_others_writes()
    {
        var database = await ServiceFixture.DatabaseAsync(Engine.PostgreSql);
        using var folder = new TempFolder();
        var start = new ServiceStart(folder.Path) { PostgreSql = database, Arguments = ServiceStart.Unlimited };

        var services = await Task.WhenAll(ServiceProcess.StartAsync(start), ServiceProcess.StartAsync(start));
        await using var one = services[0];
        await using var two = services[1];

        (await one.Client.WalkAsync("/workspaces")).Count(w => w.Text("name") == "demo").Should().Be(1);
        var workspace = await one.Client.NewWorkspaceAsync();
        var url = ServiceCalls.FileUrl(workspace.Id, "a.txt");
        var (writer, reader) = (one.Client, two.Client);
        for (var i = 0; i < 30; i++)
        {
            var id = (await writer.UploadAsync(workspace, "a.txt", $"text {i}")).Text("id");
            (await reader.GetStringAsync(url)).Should().Be($"text {i}");
            (await reader.GetStringAsync($"/files/{id}/content")).Should().Be($"text {i}");
            (await reader.GetJsonAsync($"/files/{id}")).Text("contentHash").Should().Be(ServiceCalls.Hash($"text {i}"));
            (await reader.GetJsonAsync($"/workspaces/{workspace.Id}/files"))
                .GetProperty("items")[0]
                .Text("contentHash")
                .Should()
                .Be(ServiceCalls.Hash($"text {i}"));
            (writer, reader) = (reader, writer);
        }

        (await writer.DeleteAsync(url)).Dispose();
        using var gone = await reader.GetAsync(url);
        await gone.ShouldBeProblemAsync(404);
    }
}
