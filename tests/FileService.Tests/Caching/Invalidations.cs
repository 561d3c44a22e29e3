using FileService.Tests.Fixture;
using PerfKit.TestKit;

namespace FileService.Tests.Caching;

/// <summary>After the answer to a write no view of the same instance shows what was there before.</summary>
public abstract class Invalidations(ServiceFixture fixture) : ContractSuite(fixture)
{
    [SkippableFact]
    public async Task Second_read_of_every_view_runs_no_statement()
    {
        var (_, views) = await NewFileAsync(Client, "a.txt", "zebra one");
        var first = await CachedService.ReadAsync(Client, views);

        foreach (var (name, url) in views)
        {
            (await CachedService.StatementsAsync(Client, url)).Should().Contain("\"0 statements", name);
        }

        (await CachedService.ReadAsync(Client, views)).Should().Equal(first);
    }

    [SkippableFact]
    public async Task Replaced_file_shows_in_every_view()
    {
        var (workspace, views) = await NewFileAsync(Client, "a.txt", "zebra 0");
        for (var version = 2; version < 8; version++)
        {
            await CachedService.ReadAsync(Client, views);

            await Client.UploadAsync(workspace, "a.txt", $"zebra {version}");

            var now = await CachedService.ReadAsync(Client, views);
            now["file"].Should().Contain($"\"version\":{version},").And.Contain(ServiceCalls.Hash($"zebra {version}"));
            now["content"].Should().Be($"200 zebra {version}");
            now["path"].Should().Be($"200 zebra {version}");
            now["by name"].Should().Be($"200 zebra {version}");
            now["list"].Should().Contain(ServiceCalls.Hash($"zebra {version}"));
            now["storages"]
                .Should()
                .Contain($"\"version\":{version},")
                .And.Contain(ServiceCalls.Hash($"zebra {version}"));
            now["words"].Should().Contain($"zebra</mark> {version}");
            now["substring"].Should().Contain($"</mark> {version}");
        }
    }

    [SkippableFact]
    public async Task Write_elsewhere_takes_out_ranked_pages_only_where_it_moves_their_ranks()
    {
        var (_, views) = await NewFileAsync(Client, "a.txt", "zebra one");
        await CachedService.ReadAsync(Client, views);

        await NewFileAsync(Client, "b.txt", "zebra two");

        var ranked = await CachedService.StatementsAsync(Client, views["words"]);
        ranked.Contains("\"0 statements", StringComparison.Ordinal).Should().Be(Fixture.Engine == Engine.PostgreSql);
        (await CachedService.StatementsAsync(Client, views["substring"])).Should().Contain("\"0 statements");
    }

    [SkippableFact]
    public async Task New_file_shows_where_its_absence_was_known()
    {
        var (workspace, _) = await NewFileAsync(Client, "a.txt", "zebra 0");
        var views = CachedService.ViewsOf(workspace, $"{Guid.NewGuid()}", "b/b.txt", "zebra");
        var before = await CachedService.ReadAsync(Client, views);
        before["path"].Should().StartWith("404");
        CachedService.Paths(before["list"]).Should().Equal("a.txt");

        await Client.UploadAsync(workspace, "b/b.txt", "zebra 1");

        var now = await CachedService.ReadAsync(Client, views);
        now["path"].Should().Be("200 zebra 1");
        now["by name"].Should().Be("200 zebra 1");
        foreach (var list in new[] { "list", "storages", "words", "substring" })
        {
            CachedService.Paths(now[list]).Should().BeEquivalentTo("a.txt", "b/b.txt");
        }
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Deleted_file_is_gone_from_every_view(bool isById)
    {
        var (_, views) = await NewFileAsync(Client, "a.txt", "zebra 0");
        await CachedService.ReadAsync(Client, views);

        using var deleted = await Client.DeleteAsync(views[isById ? "file" : "path"]);

        await deleted.ShouldBeAsync(204);
        var now = await CachedService.ReadAsync(Client, views);
        foreach (var one in new[] { "file", "content", "path", "by name" })
        {
            now[one].Should().StartWith("404", one);
        }

        foreach (var list in new[] { "list", "storages", "words", "substring" })
        {
            CachedService.Paths(now[list]).Should().BeEmpty();
        }
    }

    [SkippableFact]
    public async Task Synced_file_shows_its_new_storage()
    {
        var (workspace, views) = await NewFileAsync(Client, "a.txt", "zebra 0");
        await CachedService.ReadAsync(Client, views);
        var storage = await Client.NewStorageAsync(
            Directory.CreateDirectory(Path.Combine(Fixture.StorageRoots, $"{Guid.NewGuid():N}")).FullName
        );

        var job = await Client.SyncAsync(storage, workspace.Id);

        job.Text("state").Should().Be("succeeded");
        var now = await CachedService.ReadAsync(Client, views);
        now["file"].Should().Contain(storage);
        now["storages"].Should().Contain(storage);
    }

    [SkippableFact]
    public async Task Conditions_of_writes_are_checked_against_the_database()
    {
        var (workspace, views) = await NewFileAsync(Client, "a.txt", "zebra 0");
        await CachedService.ReadAsync(Client, views);
        await Client.UploadAsync(workspace, "a.txt", "zebra 1");

        using var refused = await Client.PutAsync(
            workspace.Id,
            "a.txt",
            [1],
            headers: static h => h.TryAddWithoutValidation("If-Match", $"\"{ServiceCalls.Hash("zebra 0")}\"")
        );

        await refused.ShouldBeProblemAsync(412);
    }

    [SkippableFact]
    public async Task Readers_during_writes_never_go_back_to_an_older_version()
    {
        var (workspace, views) = await NewFileAsync(Client, "a.txt", "zebra 0");
        using var ended = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 4).Select(_ => FollowAsync(Client, views["file"], ended.Token)).ToList();

        for (var i = 1; i <= 60; i++)
        {
            var version = (await Client.UploadAsync(workspace, "a.txt", $"zebra {i}")).GetProperty("version");
            (await VersionAsync(Client, views["file"])).Should().Be(version.GetInt64());
        }

        await ended.CancelAsync();
        (await Task.WhenAll(readers)).Should().OnlyContain(static reads => reads > 0);
    }

    private static async Task<int> FollowAsync(HttpClient client, string url, CancellationToken ended)
    {
        var (last, reads) = (0L, 0);
        for (; !ended.IsCancellationRequested; reads++)
        {
            var version = await VersionAsync(client, url);
            version.Should().BeGreaterThanOrEqualTo(last);
            last = version;
        }

        return reads;
    }

    private static async Task<long> VersionAsync(HttpClient client, string url) =>
        (await client.GetJsonAsync(url)).GetProperty("version").GetInt64();

    private static async Task<(Workspace Workspace, Dictionary<string, string> Views)> NewFileAsync(
        HttpClient client,
        string path,
        string text
    )
    {
        var workspace = await client.NewWorkspaceAsync();
        var file = await client.UploadAsync(workspace, path, text);
        return (workspace, CachedService.ViewsOf(workspace, file.Text("id"), path, "zebra"));
    }
}

/// <summary>The embedded service.</summary>
public sealed class CachedSqlite() : ServiceFixture(Engine.Sqlite, "--Query:Record=true");

/// <summary>PostgreSQL with Redis.</summary>
public sealed class CachedPostgreSql() : ServiceFixture(Engine.PostgreSql, "--Query:Record=true")
{
    protected override async Task<string[]> MoreAsync() =>
        [$"--ConnectionStrings:redis={(await RedisServer.SharedAsync()).ConnectionString}"];
}

public sealed class SqliteInvalidations(CachedSqlite service) : Invalidations(service), IClassFixture<CachedSqlite>;

public sealed class PostgreSqlInvalidations(CachedPostgreSql service)
    : Invalidations(service),
        IClassFixture<CachedPostgreSql>;
