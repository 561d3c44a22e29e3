using System.Net.Http.Json;
using FileService.Tests.Fixture;
using PerfKit.TestKit;
using PerfKit.TestKit.Load;

namespace FileService.Tests.Contract;

/// <summary>A request has one connection, which is given back before its answer, its body and its write begin.</summary>
public sealed class HeldConnections
{
    private const int Pool = 2;
    private const int Callers = 16;
    private const int LargeBytes = 32 << 20; // More than the sockets between the two hold.

    [SkippableTheory]
    [InlineData("true")]
    [InlineData("false")]
    public async Task Clients_that_read_slowly_hold_none(string after)
    {
        using var folder = new TempFolder();
        await using var service = await StartAsync(folder, $"--FeatureManagement:AfterLoad={after}");
        var workspace = await service.Client.NewWorkspaceAsync();
        var id = (await service.Client.UploadAsync(workspace, "large.bin", new byte[LargeBytes])).Text("id");
        var slow = new List<HttpResponseMessage>();
        foreach (var url in Enumerable.Repeat($"/files/{id}/content", Pool).Append(LargeUrl(workspace)))
        {
            slow.Add(await service.Client.GetAsync(url, HttpCompletionOption.ResponseHeadersRead));
        }

        foreach (var response in slow)
        {
            await response.ShouldBeAsync(200);
            await (await response.Content.ReadAsStreamAsync()).ReadExactlyAsync(new byte[LargeBytes / 32]);
        }

        using var other = await service.Client.GetAsync($"/files/{id}");

        await other.ShouldBeAsync(200);
        slow.ForEach(static response => response.Dispose());
    }

    [SkippableFact]
    public async Task Clients_that_send_slowly_hold_none()
    {
        using var folder = new TempFolder();
        await using var service = await StartAsync(folder);
        var workspace = await service.Client.NewWorkspaceAsync();
        var bodies = Enumerable.Range(0, Pool + 1).Select(static _ => new SlowBody()).ToList();
        var uploads = bodies
            .Select((body, i) => service.Client.PutAsync(ServiceCalls.FileUrl(workspace.Id, $"{i}.bin"), body))
            .ToList();
        await Task.WhenAll(bodies.Select(static body => body.Begun)).WaitAsync(TimeSpan.FromSeconds(30));

        using var other = await service.Client.GetAsync($"/workspaces/{workspace.Id}/files");

        await other.ShouldBeAsync(200);
        bodies.ForEach(static body => body.End());
        foreach (var upload in uploads)
        {
            using var response = await upload;
            await response.ShouldBeAsync(201);
        }
    }

    [SkippableTheory]
    [InlineData("true")]
    [InlineData("false")]
    public async Task Many_callers_never_wait_for_a_second_connection_each(string after)
    {
        using var folder = new TempFolder();
        await using var service = await StartAsync(
            folder,
            $"--FeatureManagement:AfterLoad={after}",
            $"--FeatureManagement:AfterSearch={after}",
            $"--FeatureManagement:AfterConvert={after}"
        );
        var workspace = await service.Client.NewWorkspaceAsync();
        var files = $"/workspaces/{workspace.Id}/files";
        await service.Client.UploadAsync(workspace, "a.md", "# zebra");
        var id = (await service.Client.UploadAsync(workspace, "b.md", "# zebra")).Text("id");

        await AllAsync(i => service.Client.PostAsJsonAsync("/workspaces", new { name = $"many {i}" }), 201);
        await AllAsync(i => service.Client.PutAsync(workspace.Id, $"{i}.txt", [1]), 201);
        await AllAsync(_ => service.Client.GetAsync("/workspaces"), 200);
        await AllAsync(_ => service.Client.GetAsync($"{files}?fields=id,storages"), 200);
        await AllAsync(_ => service.Client.GetAsync($"/files/{id}"), 200);
        await AllAsync(_ => service.Client.GetAsync($"{files}/a.md"), 200);
        await AllAsync(_ => service.Client.GetAsync($"/files/{id}/content?as=html"), 200);
        await AllAsync(_ => service.Client.GetAsync($"/workspaces/{workspace.Id}/search?q=zebra"), 200);
        await AllAsync(_ => service.Client.GetAsync($"/workspaces/{workspace.Id}/search?q=ebr&mode=substring"), 200);
        await AllAsync(_ => service.Client.GetAsync("/?q=zebra"), 200);
        await AllAsync(i => service.Client.DeleteAsync($"{files}/{i}.txt"), 204);
    }

    private static string LargeUrl(Workspace workspace) => ServiceCalls.FileUrl(workspace.Id, "large.bin");

    private static async Task AllAsync(Func<int, Task<HttpResponseMessage>> call, int status)
    {
        foreach (var response in await Task.WhenAll(Enumerable.Range(0, Callers).Select(call)))
        {
            await response.ShouldBeAsync(status);
            response.Dispose();
        }
    }

    private static async Task<ServiceProcess> StartAsync(TempFolder folder, params string[] arguments) =>
        await ServiceProcess.StartAsync(
            new ServiceStart(folder.File("data"))
            {
                PostgreSql = $"{await ServiceFixture.DatabaseAsync(Engine.PostgreSql)};Maximum Pool Size={Pool}",
                Arguments = [.. ServiceStart.Unlimited, .. arguments],
            }
        );

    /// <summary>A body whose first byte is sent at once and whose last one is sent on demand.</summary>
    private sealed class SlowBody : HttpContent
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Begun => _begun.Task;

        public void End() => _end.SetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            await stream.WriteAsync(new byte[1]);
            await stream.FlushAsync();
            _begun.SetResult();
            await _end.Task;
            await stream.WriteAsync(new byte[1]);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
