using FileService.Tests.Fixture;

namespace FileService.Tests.Contract;

/// <summary><c>If-Match</c> and <c>If-None-Match: *</c> on uploads, against the content's tag.</summary>
public abstract class UploadConditionContract(ServiceFixture fixture) : ContractSuite(fixture)
{
    private static readonly string Tag = $"\"{ServiceCalls.Hash("one")}\"";

    [SkippableTheory]
    [InlineData("{tag}", 200)]
    [InlineData("\"other\", {tag}", 200)]
    [InlineData("*", 200)]
    [InlineData("\"other\"", 412)]
    [InlineData("W/{tag}", 412)]
    public async Task Put_with_If_Match_replaces_only_the_content_it_names(string ifMatch, int status)
    {
        var workspace = await Client.NewWorkspaceAsync();
        await Client.UploadAsync(workspace, "a.txt", "one");

        using var response = await Client.PutAsync(
            workspace.Id,
            "a.txt",
            "two"u8.ToArray(),
            headers: h => h.TryAddWithoutValidation("If-Match", ifMatch.Replace("{tag}", Tag, StringComparison.Ordinal))
        );

        if (status == 412)
        {
            var problem = await response.ShouldBeProblemAsync(412);
            problem.Text("type").Should().Be("urn:perfkit:precondition-failed");
        }

        ((int)response.StatusCode).Should().Be(status);
        var stored = await Client.GetStringAsync(ServiceCalls.FileUrl(workspace.Id, "a.txt"));
        stored.Should().Be(status == 200 ? "two" : "one");
    }

    [SkippableTheory]
    [InlineData("*")]
    [InlineData("\"anything\"")]
    public async Task Put_with_If_Match_where_nothing_is_answers_412_and_stores_nothing(string ifMatch)
    {
        var workspace = await Client.NewWorkspaceAsync();

        using var response = await Client.PutAsync(
            workspace.Id,
            "a.txt",
            "two"u8.ToArray(),
            headers: h => h.TryAddWithoutValidation("If-Match", ifMatch)
        );

        await response.ShouldBeProblemAsync(412);
        using var get = await Client.GetAsync(ServiceCalls.FileUrl(workspace.Id, "a.txt"));
        await get.ShouldBeProblemAsync(404);
    }

    [SkippableFact]
    public async Task Put_with_If_None_Match_any_makes_but_never_replaces()
    {
        var workspace = await Client.NewWorkspaceAsync();

        using var made = await PutNewAsync(workspace, "one");
        using var refused = await PutNewAsync(workspace, "two");

        await made.ShouldBeJsonAsync(201);
        await refused.ShouldBeProblemAsync(412);
        (await Client.GetStringAsync(ServiceCalls.FileUrl(workspace.Id, "a.txt"))).Should().Be("one");
    }

    [SkippableFact]
    public async Task Put_with_If_None_Match_any_at_the_same_time_is_won_by_one()
    {
        var workspace = await Client.NewWorkspaceAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => PutNewAsync(workspace, $"text {i}")));

        answers.Count(a => (int)a.StatusCode == 201).Should().Be(1);
        answers.Count(a => (int)a.StatusCode == 412).Should().Be(11);
    }

    [SkippableFact]
    public async Task Put_with_the_same_If_Match_at_the_same_time_is_won_by_one()
    {
        var workspace = await Client.NewWorkspaceAsync();
        await Client.UploadAsync(workspace, "a.txt", "one");

        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 12)
                .Select(i =>
                    Client.PutAsync(
                        workspace.Id,
                        "a.txt",
                        System.Text.Encoding.UTF8.GetBytes($"next {i}"),
                        headers: h => h.TryAddWithoutValidation("If-Match", Tag)
                    )
                )
        );

        answers.Count(a => (int)a.StatusCode == 200).Should().Be(1, "a lost update would be two");
        answers.Count(a => (int)a.StatusCode == 412).Should().Be(11);
    }

    [SkippableFact]
    public async Task Delete_with_a_wrong_If_Match_answers_412_and_keeps_the_file()
    {
        var workspace = await Client.NewWorkspaceAsync();
        await Client.UploadAsync(workspace, "a.txt", "one");
        var url = ServiceCalls.FileUrl(workspace.Id, "a.txt");

        using var refused = await Client.SendAsync(HttpMethod.Delete, url, ("If-Match", "\"other\""));
        using var kept = await Client.GetAsync(url);
        using var done = await Client.SendAsync(HttpMethod.Delete, url, ("If-Match", Tag));

        await refused.ShouldBeProblemAsync(412);
        await kept.ShouldBeAsync(200);
        await done.ShouldBeAsync(204);
    }

    private Task<HttpResponseMessage> PutNewAsync(Workspace workspace, string text) =>
        Client.PutAsync(
            workspace.Id,
            "a.txt",
            System.Text.Encoding.UTF8.GetBytes(text),
            headers: h => h.TryAddWithoutValidation("If-None-Match", "*")
        );
}

[Collection(OnSqlite.Name)]
public sealed class SqliteUploadConditions(SqliteService service) : UploadConditionContract(service);

[Collection(OnPostgreSql.Name)]
public sealed class PostgreSqlUploadConditions(PostgreSqlService service) : UploadConditionContract(service);
