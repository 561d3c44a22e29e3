using System.Data.Common;
using Dapper;
using FileService.Tests.Fixture;
using Microsoft.Data.Sqlite;
using Npgsql;
using PerfKit.TestKit;
using PerfKit.TestKit.Load;

namespace FileService.Tests.Commands;

/// <summary><c>search check</c> and <c>search repair</c>.</summary>
public sealed class SearchChecks
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [SkippableTheory]
    [InlineData(Engine.Sqlite)]
    [InlineData(Engine.PostgreSql)]
    public async Task Drift_made_by_hand_is_counted_exits_1_and_is_repaired(Engine engine)
    {
        var database = await ServiceFixture.DatabaseAsync(engine);
        using var folder = new TempFolder();
        SmallTree.Write(folder.File("tree"), 20);
        await RunAsync(0, "import", folder.File("tree"), "--workspace", "docs");
        (await RunAsync(0, "search", "check")).Should().Contain("agrees with all 20 files");
        await DriftAsync(engine, database ?? $"Data Source={folder.File("data/fileservice.db")};Pooling=false");

        var found = await RunAsync(1, "search", "check");
        found
            .Should()
            .ContainAll("Of 21 files 2 are missing", "3 are stale", "1 entries are orphaned", "search repair");
        (await RunAsync(1, "search", "check")).Should().Be(found, "a check changes nothing");

        (await RunAsync(0, "search", "repair")).Should().ContainAll("2 are missing", "All are repaired");
        (await RunAsync(0, "search", "repair")).Should().Contain("agrees with all 21 files");
        (await RunAsync(0, "search", "check")).Should().Contain("agrees with all 21 files");

        async Task<string> RunAsync(int exitCode, params string[] command)
        {
            var result = await ServiceProgram.RunAsync([.. command, "--data", folder.File("data")], Limit, database);
            result.ExitCode.Should().Be(exitCode, result.All);
            return result.Output;
        }
    }

    /// <summary>Two files come, three get another path and one goes, past the index.</summary>
    private static async Task DriftAsync(Engine engine, string database)
    {
        await using DbConnection connection =
            engine == Engine.Sqlite ? new SqliteConnection(database) : new NpgsqlConnection(database);
        await connection.OpenAsync();
        const string Copied =
            "tenant_id, workspace_id, name, content_type, size, content_hash, version, created_at, updated_at";
        foreach (var id in new[] { Guid.CreateVersion7(), Guid.CreateVersion7() })
        {
            var added = await connection.ExecuteAsync(
                $"insert into files (id, path, {Copied}) select @id, @path, {Copied} from files limit 1",
                new { id, path = $"0/{id}" }
            );
            added.Should().Be(1);
        }

        var changed = await connection.ExecuteAsync(
            """
            update files set path = path || '.moved' where id in (select id from files order by path desc limit 3);
            delete from files where id in (select id from files order by path limit 1 offset 2);
            """
        );
        changed.Should().Be(4);
    }
}
