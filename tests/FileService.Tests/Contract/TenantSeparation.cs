using System.Net.Http.Json;
using FileService.Tests.Fixture;
using PerfKit.TestKit.Load;

namespace FileService.Tests.Contract;

/// <summary>Two tenants and an administrator: who sees what, and which key opens which door.</summary>
public abstract class TenantContract(ServiceFixture fixture) : ContractSuite(fixture)
{
    [SkippableTheory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("wrong")]
    [InlineData("dev")]
    [InlineData("acme-key-12")]
    [InlineData("ACME-KEY-1")]
    public async Task No_or_a_wrong_key_answers_401_on_reads_and_writes(string? key)
    {
        using var client = Service.ClientFor(key);

        foreach (var url in new[] { "/workspaces", $"/files/{Guid.NewGuid()}", $"/jobs/{Guid.NewGuid()}" })
        {
            using var read = await client.GetAsync(url);
            (await read.ShouldBeProblemAsync(401)).Text("detail").Should().ContainEquivalentOf("X-Api-Key");
        }

        using var write = await client.PostAsJsonAsync("/workspaces", new { name = "x" });
        await write.ShouldBeProblemAsync(401);
    }

    [SkippableFact]
    public async Task Health_needs_no_key()
    {
        using var client = Service.ClientFor(null);

        using var live = await client.GetAsync("/health/live");
        using var ready = await client.GetAsync("/health/ready");

        await live.ShouldBeAsync(200);
        await ready.ShouldBeAsync(200);
    }

    [SkippableFact]
    public async Task Every_key_of_a_tenant_sees_the_tenants_workspaces()
    {
        using var first = Service.ClientFor(Tenants.Acme);
        using var second = Service.ClientFor(Tenants.AcmeSecond);

        var workspace = await first.NewWorkspaceAsync();

        (await second.WalkAsync("/workspaces")).Select(w => w.Text("id")).Should().Contain(workspace.Id);
    }

    [SkippableFact]
    public async Task A_foreign_workspace_and_all_in_it_answer_404_like_an_unknown_one()
    {
        using var acme = Service.ClientFor(Tenants.Acme);
        using var globex = Service.ClientFor(Tenants.Globex);
        var workspace = await acme.NewWorkspaceAsync();
        var file = await acme.UploadAsync(workspace, "secret.txt", "secret words");

        (await globex.WalkAsync("/workspaces")).Select(w => w.Text("id")).Should().NotContain(workspace.Id);
        foreach (var name in new[] { workspace.Id, workspace.Name, "no-such-workspace" })
        {
            using var list = await globex.GetAsync($"/workspaces/{name}/files");
            using var search = await globex.GetAsync($"/workspaces/{name}/search?q=secret");
            using var bytes = await globex.GetAsync(ServiceCalls.FileUrl(name, "secret.txt"));
            using var delete = await globex.DeleteAsync(ServiceCalls.FileUrl(name, "secret.txt"));
            using var upload = await globex.PutAsync(name, "mine.txt", [1]);
            foreach (var response in new[] { list, search, bytes, delete, upload })
            {
                await response.ShouldBeProblemAsync(404);
            }
        }

        foreach (var suffix in new[] { "", "/content", "/content?as=text" })
        {
            using var response = await globex.GetAsync($"/files/{file.Text("id")}{suffix}");
            await response.ShouldBeProblemAsync(404);
        }

        using var foreignDelete = await globex.DeleteAsync($"/files/{file.Text("id")}");
        await foreignDelete.ShouldBeProblemAsync(404);
        (await acme.GetStringAsync($"/files/{file.Text("id")}/content")).Should().Be("secret words");
    }

    [SkippableFact]
    public async Task Two_tenants_may_use_one_name()
    {
        using var acme = Service.ClientFor(Tenants.Acme);
        using var globex = Service.ClientFor(Tenants.Globex);
        var name = $"shared-{Guid.NewGuid():N}";

        using var one = await acme.PostAsJsonAsync("/workspaces", new { name });
        using var two = await globex.PostAsJsonAsync("/workspaces", new { name });

        var mine = await one.ShouldBeJsonAsync(201);
        (await two.ShouldBeJsonAsync(201)).Text("id").Should().NotBe(mine.Text("id"));
        using var upload = await acme.PutAsync(name, "a.txt", [1]);
        (await upload.ShouldBeJsonAsync(201)).Text("workspaceId").Should().Be(mine.Text("id"));
    }

    [SkippableFact]
    public async Task Equal_contents_of_two_tenants_live_apart()
    {
        using var acme = Service.ClientFor(Tenants.Acme);
        using var globex = Service.ClientFor(Tenants.Globex);
        var mine = await acme.UploadAsync(await acme.NewWorkspaceAsync(), "a.txt", "the same content");
        var theirs = await globex.UploadAsync(await globex.NewWorkspaceAsync(), "a.txt", "the same content");

        (await acme.DeleteAsync($"/files/{mine.Text("id")}")).Dispose();

        (await globex.GetStringAsync($"/files/{theirs.Text("id")}/content")).Should().Be("the same content");
    }

    [SkippableFact]
    public async Task Storages_are_made_with_the_admin_key_alone()
    {
        using var acme = Service.ClientFor(Tenants.Acme);
        using var admin = Service.ClientFor(Tenants.Admin);
        var root = Directory.CreateDirectory(Path.Combine(Fixture.StorageRoots, Guid.NewGuid().ToString("N"))).FullName;

        using var refused = await acme.PostAsJsonAsync("/storages", new { kind = "local", locator = root });
        using var made = await admin.PostAsJsonAsync("/storages", new { kind = "local", locator = root });

        await refused.ShouldBeProblemAsync((int)refused.StatusCode == 403 ? 403 : 401);
        await made.ShouldBeJsonAsync(201);
    }

    [SkippableFact]
    public async Task A_tenants_job_is_unknown_to_the_other()
    {
        using var acme = Service.ClientFor(Tenants.Acme);
        using var globex = Service.ClientFor(Tenants.Globex);
        using var admin = Service.ClientFor(Tenants.Admin);
        var workspace = await acme.NewWorkspaceAsync();
        await acme.UploadAsync(workspace, "a.txt", "one");
        var root = Directory.CreateDirectory(Path.Combine(Fixture.StorageRoots, Guid.NewGuid().ToString("N"))).FullName;
        var storage = await admin.NewStorageAsync(root);
        var job = (await acme.SyncAsync(storage, workspace.Name)).Text("id");

        using var foreign = await globex.GetAsync($"/jobs/{job}");
        using var events = await globex.GetAsync($"/jobs/{job}/events");
        using var foreignSync = await globex.PostAsJsonAsync(
            $"/storages/{storage}/sync",
            new { workspace = workspace.Id }
        );

        await foreign.ShouldBeProblemAsync(404);
        await events.ShouldBeProblemAsync(404);
        await foreignSync.ShouldBeProblemAsync(404);
        (await acme.GetJsonAsync($"/jobs/{job}")).Text("state").Should().Be("succeeded");
    }
}

[Collection(OnSqlite.Name)]
public sealed class SqliteTenantSeparation(SqliteTenants service) : TenantContract(service);

[Collection(OnPostgreSql.Name)]
public sealed class PostgreSqlTenantSeparation(PostgreSqlTenants service) : TenantContract(service);
