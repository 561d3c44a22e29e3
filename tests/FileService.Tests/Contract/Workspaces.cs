using System.Net.Http.Json;
using FileService.Tests.Fixture;

namespace FileService.Tests.Contract;

/// <summary><c>POST /workspaces</c> and <c>GET /workspaces</c>.</summary>
public abstract class WorkspaceContract(ServiceFixture fixture) : ContractSuite(fixture)
{
    [SkippableFact]
    public async Task Post_a_new_name_answers_201_with_id_and_name()
    {
        var name = $"new-{Guid.NewGuid():N}";

        using var response = await Client.PostAsJsonAsync("/workspaces", new { name });

        var workspace = await response.ShouldBeJsonAsync(201);
        workspace.ShouldHaveExactly("id", "name");
        workspace.Text("id").ShouldBeId();
        workspace.Text("name").Should().Be(name);
    }

    [SkippableFact]
    public async Task Post_a_taken_name_answers_409_and_names_it()
    {
        var taken = await Client.NewWorkspaceAsync();

        using var response = await Client.PostAsJsonAsync("/workspaces", new { name = taken.Name });

        await response.ShouldBeProblemAsync(409, "name", names: taken.Name);
    }

    [SkippableFact]
    public async Task Post_one_name_at_the_same_time_makes_one_workspace()
    {
        var name = $"race-{Guid.NewGuid():N}";

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => Client.PostAsJsonAsync("/workspaces", new { name }))
        );

        answers.Select(a => (int)a.StatusCode).Should().BeEquivalentTo([201, 409, 409, 409, 409, 409, 409, 409]);
    }

    [SkippableFact]
    public async Task Get_lists_every_workspace_with_id_and_name()
    {
        var made = new[] { await Client.NewWorkspaceAsync(), await Client.NewWorkspaceAsync() };

        var items = await Client.WalkAsync("/workspaces");

        items.ForEach(i => i.ShouldHaveExactly("id", "name"));
        items.Select(i => new Workspace(i.Text("id"), i.Text("name"))).Should().Contain(made).And.OnlyHaveUniqueItems();
    }

    [SkippableFact]
    public async Task Get_on_a_service_that_was_empty_shows_the_demo_with_documents()
    {
        var names = (await Client.WalkAsync("/workspaces")).Select(i => i.Text("name"));

        names.Should().Contain("demo");
        (await Client.GetJsonAsync("/workspaces/demo/files"))
            .GetProperty("items")
            .GetArrayLength()
            .Should()
            .BePositive();
    }

    [SkippableFact]
    public async Task Id_and_name_address_the_same_workspace()
    {
        var workspace = await Client.NewWorkspaceAsync();
        var file = await Client.UploadAsync(workspace, "a.txt", "a");

        var byId = await Client.GetJsonAsync($"/workspaces/{workspace.Id}/files");
        var byName = await Client.GetJsonAsync($"/workspaces/{workspace.Name}/files");

        byId.GetProperty("items")[0].Text("id").Should().Be(file.Text("id"));
        byName.ToString().Should().Be(byId.ToString());
    }
}

[Collection(OnSqlite.Name)]
public sealed class SqliteWorkspaces(SqliteService service) : WorkspaceContract(service);

[Collection(OnPostgreSql.Name)]
public sealed class PostgreSqlWorkspaces(PostgreSqlService service) : WorkspaceContract(service);
