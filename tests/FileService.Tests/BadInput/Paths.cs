using FileService.Tests.Fixture;

namespace FileService.Tests.BadInput;

/// <summary>Paths that lead out, that mean something else elsewhere, or that nobody can store: 400, and nothing is stored.</summary>
public abstract class BadPaths(ServiceFixture fixture) : ContractSuite(fixture)
{
    public static TheoryData<string> Targets =>
        new()
        {
            "..%2fsecret.txt",
            "..%2Fsecret.txt",
            "a%2f..%2f..%2fsecret.txt",
            "%2e%2e%2fsecret.txt",
            "%2e%2e/secret.txt",
            "../secret.txt",
            "../../secret.txt",
            "a/../../../secret.txt",
            "a/../secret.txt",
            "a/..",
            "./a.txt",
            "a/./b.txt",
            "%2e/a.txt",
            "..%5csecret.txt",
            "..\\secret.txt",
            "a%5c..%5c..%5csecret.txt",
            "%252e%252e%252fsecret.txt",
            "%25252e%25252e%25252fsecret.txt",
            "%c0%ae%c0%ae%c0%afsecret.txt",
            "/etc/passwd",
            "%2fetc%2fpasswd",
            "//server/share.txt",
            "C:%5cWindows%5csystem.ini",
            "C:/Windows/system.ini",
            "a//b.txt",
            "a/",
            "a%00b.txt",
            "a.txt%00",
            "a%2500.txt",
            "a%0ab.txt",
            "a%0d%0aX-Evil:1.txt",
            "a%1bb.txt",
            "a%7fb.txt",
            "CON",
            "con.txt",
            "a/NUL",
            "a/nul.tar.gz",
            "AUX/a.txt",
            "COM1",
            "lpt9.log",
            "prn.md",
            "a.",
            "a./b.txt",
            "a%20",
            "a%20/b.txt",
            "%ff%fe.txt",
            "%ed%a0%80.txt",
        };

    [SkippableTheory]
    [MemberData(nameof(Targets))]
    public async Task Put_answers_400_names_the_path_and_stores_nothing(string target)
    {
        var workspace = await Client.NewWorkspaceAsync();
        var request =
            RawHttp.Request("PUT", $"/workspaces/{workspace.Id}/files/{target}", "Content-Length: 4") + "evil";

        var response = await RawHttp.SendAsync(Service.Port, request);

        // The web server itself refuses a NUL in the target, before any of our code, with an empty answer.
        if (target.Contains("%00", StringComparison.Ordinal) && response!.Body.Length == 0)
        {
            response.Status.Should().Be(400);
        }
        else
        {
            response!.ShouldBeProblem(400, "path");
        }

        (await Client.WalkAsync($"/workspaces/{workspace.Id}/files")).Should().BeEmpty();
    }

    [SkippableTheory]
    [MemberData(nameof(Targets))]
    public async Task Get_answers_400(string target)
    {
        var workspace = await Client.NewWorkspaceAsync();

        var response = await RawHttp.SendAsync(
            Service.Port,
            RawHttp.Request("GET", $"/workspaces/{workspace.Id}/files/{target}")
        );

        // "files/" alone is a list's address in disguise for some; everything else is a bad path.
        if (response!.Body.Length > 0)
        {
            response.ShouldBeProblem(400, "path");
        }

        response.Status.Should().Be(400);
    }

    [SkippableFact]
    public async Task Put_an_overlong_path_answers_400()
    {
        var workspace = await Client.NewWorkspaceAsync();
        var deep = string.Join('/', Enumerable.Repeat("abcdefgh", 600));
        var wide = new string('a', 300);
        var manyBytes = new string('日', 100) + ".txt"; // 300 bytes in 100 letters: too long for a file system

        foreach (var path in new[] { deep, wide, manyBytes })
        {
            using var response = await Client.PutAsync(workspace.Id, path, [1]);
            await response.ShouldBeProblemAsync(400, "path");
        }
    }

    [SkippableFact]
    public async Task Put_on_the_workspace_root_is_no_file()
    {
        var workspace = await Client.NewWorkspaceAsync();

        using var response = await Client.PutAsync(workspace.Id, "", [1]);

        response
            .StatusCode.Should()
            .BeOneOf(
                System.Net.HttpStatusCode.BadRequest,
                System.Net.HttpStatusCode.NotFound,
                System.Net.HttpStatusCode.MethodNotAllowed
            );
        await response.ShouldBeProblemAsync((int)response.StatusCode);
    }
}

[Collection(OnSqlite.Name)]
public sealed class SqliteBadPaths(SqliteService service) : BadPaths(service);

[Collection(OnPostgreSql.Name)]
public sealed class PostgreSqlBadPaths(PostgreSqlService service) : BadPaths(service);
