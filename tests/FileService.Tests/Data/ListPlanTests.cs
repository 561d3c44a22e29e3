using FileService.Data;
using FileService.Files;
using FileService.Tests.Fixture;
using Microsoft.Extensions.Logging.Abstractions;
using PerfKit.Query;
using PerfKit.TestKit;

namespace FileService.Tests.Data;

/// <summary>The sorts of the file list seek in the index of each, on both engines, in the schema as the migrations make it.</summary>
public sealed class ListPlanTests
{
    private static readonly Dictionary<string, string> Indexes = new()
    {
        ["path"] = "files_by_path",
        ["-path"] = "files_by_path",
        ["name"] = "files_by_name",
        ["-name"] = "files_by_name",
        ["contentType"] = "files_by_type",
        ["size"] = "files_by_size",
        ["-size"] = "files_by_size",
        ["createdAt"] = "files_by_created",
        ["updatedAt"] = "files_by_updated",
        ["-updatedAt"] = "files_by_updated",
        ["-updatedAt,path"] = "files_by_updated_and_path",
        ["id"] = "files_by_id",
    };

    [SkippableTheory]
    [InlineData(Fixture.Engine.Sqlite)]
    [InlineData(Fixture.Engine.PostgreSql)]
    public async Task Every_sort_of_the_list_seeks_in_its_index(Fixture.Engine engine)
    {
        using var folder = new TempFolder();
        var postgres = await ServiceFixture.DatabaseAsync(engine);
        var path = folder.File("files.db");
        await using var database = postgres is null ? Database.OpenSqlite(path) : Database.OpenPostgreSql(postgres);
        ISqlDialect dialect = postgres is null ? new SqliteDialect() : new PostgreSqlDialect(autoPrepares: true);
        var migrationLock = new SqliteMigrationLock(path); // Nobody else is there.
        var search = FileSearchIndex.Of(database.Engine);
        await new Migrator(database, migrationLock, search, NullLogger<Migrator>.Instance).MigrateAsync(default);
        await using var connection = await database.OpenAsync(default);

        foreach (var (sort, index) in Indexes)
        {
            foreach (var range in await RangesAsync(FileFields.Sortable.ParseSort(sort), dialect))
            {
                var sql = range.Complete("select f.id from files f where f.workspace_id = @workspace and {range}");
                var workspace = KeyValuePair.Create<string, object>("workspace", Guid.Empty);
                await connection.MustSeekAsync(dialect, sql, index, [workspace, .. range.Parameters]);
            }
        }
    }

    /// <summary>The first page, and the ranges behind a row.</summary>
    private static async Task<List<KeysetRange>> RangesAsync(KeysetOrder order, ISqlDialect dialect)
    {
        var cursors = new KeysetCursors(new KeysetCursorOptions { Keys = { new byte[32] } });
        var values = order.Columns.Select(static c =>
            c.Type == typeof(string) ? "m"
            : c.Type == typeof(long) ? 5L
            : (object)Guid.Empty
        );
        var cursor = cursors.Encode(order, "", new KeysetPosition([.. values]));
        var ranges = new List<KeysetRange>();
        foreach (var at in new[] { KeysetQuery.First, cursor })
        {
            KeysetQuery.TryCreate(order, cursors, "", at, 50, out var query, out _).Should().BeTrue();
            await query!.ReadAsync<FileRow>(
                dialect,
                (range, _) =>
                {
                    ranges.Add(range);
                    return Task.FromResult<IReadOnlyList<FileRow>>([]);
                },
                FileFields.ValueOf
            );
        }

        return ranges;
    }
}
