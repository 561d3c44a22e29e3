using System.Net.Http.Json;
using FileService.Tests.Fixture;

namespace FileService.Tests.BadInput;

/// <summary>Storage roots outside the allowed bases, missing, or of no known kind.</summary>
public abstract class BadStorages(ServiceFixture fixture) : ContractSuite(fixture)
{
    [SkippableTheory]
    [InlineData("/etc")]
    [InlineData("/")]
    [InlineData("{roots}/../outside")]
    [InlineData("{roots}/a/../../outside")]
    [InlineData("{roots}-beside")]
    [InlineData("../outside")]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("a\0b")]
    public async Task A_root_outside_the_allowed_bases_answers_400_that_names_it(string locator)
    {
        locator = locator.Replace("{roots}", Fixture.StorageRoots, StringComparison.Ordinal);

        using var response = await Client.PostAsJsonAsync("/storages", new { kind = "local", locator });

        await response.ShouldBeProblemAsync(400, "locator");
    }

    [SkippableFact]
    public async Task A_root_that_leaves_the_allowed_bases_by_a_link_answers_400()
    {
        Skip.If(OperatingSystem.IsWindows(), "making a link needs a privilege on Windows");
        var link = Path.Combine(Fixture.StorageRoots, $"link-{Guid.NewGuid():N}");
        Directory.CreateSymbolicLink(link, "/etc");

        using var direct = await Client.PostAsJsonAsync("/storages", new { kind = "local", locator = link });
        using var below = await Client.PostAsJsonAsync(
            "/storages",
            new { kind = "local", locator = Path.Combine(link, "ssl") }
        );

        await direct.ShouldBeProblemAsync(400, "locator");
        await below.ShouldBeProblemAsync(400, "locator");
    }

    [SkippableFact]
    public async Task A_root_that_is_missing_answers_400_that_names_it()
    {
        var missing = Path.Combine(Fixture.StorageRoots, $"missing-{Guid.NewGuid():N}");

        using var response = await Client.PostAsJsonAsync("/storages", new { kind = "local", locator = missing });

        await response.ShouldBeProblemAsync(400, "locator", Path.GetFileName(missing));
    }

    [SkippableFact]
    public async Task A_root_that_is_a_file_answers_400()
    {
        var file = Path.Combine(Fixture.StorageRoots, $"file-{Guid.NewGuid():N}");
        await File.WriteAllTextAsync(file, "");

        using var response = await Client.PostAsJsonAsync("/storages", new { kind = "local", locator = file });

        await response.ShouldBeProblemAsync(400, "locator");
    }

    [SkippableFact]
    public async Task A_kind_nobody_knows_answers_400_that_names_it()
    {
        using var response = await Client.PostAsJsonAsync("/storages", new { kind = "tape", locator = "x" });

        await response.ShouldBeProblemAsync(400, "kind", "tape");
    }

    [SkippableFact]
    public async Task A_root_that_goes_missing_fails_the_sync_with_a_sentence_that_names_it()
    {
        var root = Path.Combine(Fixture.StorageRoots, $"gone-{Guid.NewGuid():N}");
        Directory.CreateDirectory(root);
        var workspace = await Client.NewWorkspaceAsync();
        var file = await Client.UploadAsync(workspace, "a.txt", "one");
        var storage = await Client.NewStorageAsync(root);
        Directory.Delete(root, recursive: true);

        var job = await Client.SyncAsync(storage, workspace.Id);

        job.Text("state").Should().Be("failed");
        job.Text("error")
            .Should()
            .Contain(Path.GetFileName(root))
            .And.NotContain(Path.GetDirectoryName(root)!)
            .And.NotContain("   at ");
        Directory.Exists(root).Should().BeFalse("an unmounted disk is not written beside");
        var storages = (await Client.GetJsonAsync($"/files/{file.Text("id")}")).GetProperty("storages");
        storages.EnumerateArray().Select(s => s.Text("storageId")).Should().NotContain(storage);
    }

    [SkippableFact]
    public async Task A_sync_that_the_disk_refuses_fails_with_a_sentence_without_server_paths()
    {
        var root = Directory.CreateDirectory(Path.Combine(Fixture.StorageRoots, $"full-{Guid.NewGuid():N}")).FullName;
        var workspace = await Client.NewWorkspaceAsync();
        await Client.UploadAsync(workspace, "a.txt", $"{Guid.NewGuid()}");
        var storage = await Client.NewStorageAsync(root);
        await File.WriteAllTextAsync(Path.Combine(root, "default"), "a file stands where the tenant's folder should");

        var job = await Client.SyncAsync(storage, workspace.Id);

        job.Text("state").Should().Be("failed");
        job.Text("error").Should().StartWith("A storage could not be read or written").And.NotContain(root);
    }
}

[Collection(OnSqlite.Name)]
public sealed class SqliteBadStorages(SqliteService service) : BadStorages(service);

[Collection(OnPostgreSql.Name)]
public sealed class PostgreSqlBadStorages(PostgreSqlService service) : BadStorages(service);
