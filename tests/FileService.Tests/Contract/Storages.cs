using System.Net.Http.Json;
using System.Text.Json;
using FileService.Tests.Fixture;

namespace FileService.Tests.Contract;

/// <summary><c>POST /storages</c>, <c>POST /storages/{id}/sync</c>, <c>GET /jobs/{id}</c> and its events.</summary>
public abstract class StorageContract(ServiceFixture fixture) : ContractSuite(fixture)
{
    [SkippableFact]
    public async Task Post_a_storage_answers_201_with_its_id()
    {
        using var response = await Client.PostAsJsonAsync("/storages", new { kind = "local", locator = NewRoot() });

        var storage = await response.ShouldBeJsonAsync(201);
        storage.Text("id").ShouldBeId();
        storage.Text("kind").Should().Be("local");
    }

    [SkippableFact]
    public async Task Sync_answers_202_with_the_job_and_brings_every_file_over()
    {
        var workspace = await Client.NewWorkspaceAsync();
        var files = new List<JsonElement>();
        for (var i = 0; i < 9; i++)
        {
            files.Add(await Client.UploadAsync(workspace, $"f{i}.txt", $"content {i / 2}"));
        }

        var storage = await Client.NewStorageAsync(NewRoot());

        using var response = await Client.PostAsJsonAsync(
            $"/storages/{storage}/sync",
            new { workspace = workspace.Name }
        );

        await response.ShouldBeAsync(202);
        var location = response.Headers.Location!.ToString();
        location.Should().MatchRegex("^(http://127.0.0.1:[0-9]+)?/jobs/[0-9a-f-]{36}$");
        var job = await Client.FinishedJobAsync(location);
        job.ShouldHaveExactly("id", "kind", "state", "done", "total", "error");
        job.Text("state").Should().Be("succeeded");
        job.Text("kind").Should().Be("sync");
        job.GetProperty("done").GetInt64().Should().Be(9);
        job.GetProperty("total").GetInt64().Should().Be(9);
        job.GetProperty("error").ValueKind.Should().Be(JsonValueKind.Null);
        foreach (var file in files)
        {
            var now = await Client.GetJsonAsync($"/files/{file.Text("id")}");
            var copy = now.GetProperty("storages")
                .EnumerateArray()
                .Should()
                .ContainSingle(s => s.Text("storageId") == storage)
                .Subject;
            copy.Text("contentHash").Should().Be(file.Text("contentHash"));
            copy.Text("syncedAt").ShouldBeTime();
            copy.Text("role").Should().NotBeNullOrEmpty();
        }
    }

    [SkippableFact]
    public async Task Sync_again_after_a_change_brings_the_new_content()
    {
        var workspace = await Client.NewWorkspaceAsync();
        var id = (await Client.UploadAsync(workspace, "a.txt", "one")).Text("id");
        await Client.UploadAsync(workspace, "b.txt", "same");
        var storage = await Client.NewStorageAsync(NewRoot());
        await Client.SyncAsync(storage, workspace.Id);
        await Client.UploadAsync(workspace, "a.txt", "two");

        var job = await Client.SyncAsync(storage, workspace.Id);

        job.Text("state").Should().Be("succeeded");
        var file = await Client.GetJsonAsync($"/files/{id}");
        file.GetProperty("storages")
            .EnumerateArray()
            .Single(s => s.Text("storageId") == storage)
            .Text("contentHash")
            .Should()
            .Be(ServiceCalls.Hash("two"));
    }

    [SkippableFact]
    public async Task Job_events_end_with_the_final_state()
    {
        var workspace = await Client.NewWorkspaceAsync();
        await Client.UploadAsync(workspace, "a.txt", "one");
        var storage = await Client.NewStorageAsync(NewRoot());
        using var started = await Client.PostAsJsonAsync($"/storages/{storage}/sync", new { workspace = workspace.Id });

        var events = await Client.EventsAsync(started.Headers.Location + "/events");

        events.Should().NotBeEmpty();
        events.ForEach(e => e.ShouldHaveExactly("id", "kind", "state", "done", "total", "error"));
        events
            .Select(e => e.Text("state"))
            .Should()
            .OnlyContain(s => s == "queued" || s == "running" || s == "succeeded");
        events[^1].Text("state").Should().Be("succeeded");
        events.Count(e => e.Text("state") == "succeeded").Should().Be(1);
    }

    [SkippableFact]
    public async Task Job_events_of_a_finished_job_tell_its_end_and_stop()
    {
        var workspace = await Client.NewWorkspaceAsync();
        var storage = await Client.NewStorageAsync(NewRoot());
        var job = await Client.SyncAsync(storage, workspace.Id);

        var events = await Client.EventsAsync($"/jobs/{job.Text("id")}/events");

        events.Should().ContainSingle().Which.Text("state").Should().Be("succeeded");
    }

    [SkippableFact]
    public async Task Unknown_storages_workspaces_and_jobs_answer_404()
    {
        var workspace = await Client.NewWorkspaceAsync();
        var storage = await Client.NewStorageAsync(NewRoot());

        using var noStorage = await Client.PostAsJsonAsync(
            $"/storages/{Guid.NewGuid()}/sync",
            new { workspace = workspace.Id }
        );
        using var noWorkspace = await Client.PostAsJsonAsync(
            $"/storages/{storage}/sync",
            new { workspace = "nowhere" }
        );
        using var noJob = await Client.GetAsync($"/jobs/{Guid.NewGuid()}");
        using var noEvents = await Client.GetAsync($"/jobs/{Guid.NewGuid()}/events");

        await noStorage.ShouldBeProblemAsync(404);
        await noWorkspace.ShouldBeProblemAsync(404, names: "nowhere");
        await noJob.ShouldBeProblemAsync(404);
        await noEvents.ShouldBeProblemAsync(404);
    }

    private string NewRoot() =>
        Directory.CreateDirectory(Path.Combine(Fixture.StorageRoots, Guid.NewGuid().ToString("N"))).FullName;
}

[Collection(OnSqlite.Name)]
public sealed class SqliteStorages(SqliteService service) : StorageContract(service);

[Collection(OnPostgreSql.Name)]
public sealed class PostgreSqlStorages(PostgreSqlService service) : StorageContract(service);
