using System.Data.Common;
using Dapper;
using PerfKit.TestKit;

namespace PerfKit.Query.Tests;

/// <summary>On SQLite, whose driver answers on the calling thread: there every byte of a load can be counted.</summary>
public sealed class LoadBytesTests
{
    private const int Loads = 200;
    private const string Schema = """
        create table files (id bigint not null primary key, folder bigint not null, path text not null);
        insert into files values (1, 1, 'a'), (2, 1, 'b'), (3, 2, 'b')
        """;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task LoadByAsync_allocates_hardly_more_than_the_same_by_hand(int count)
    {
        await using var connection = await Engines.OpenAsync("sqlite", Schema);
        var dialect = new SqliteDialect();
        long[] ids = [.. Enumerable.Range(1, count)];

        var ours = Least(() => LoadAsync(connection, dialect, ids));
        var byHand = Least(() => ByHandAsync(connection, ids));

        ours.Should().BeLessThan(byHand * 11 / 10);
    }

    private static long Least(Func<Task> load) =>
        Allocated.Least(() =>
        {
            for (var i = 0; i < Loads; i++)
            {
                load().GetAwaiter().GetResult();
            }
        });

    private static Task<IReadOnlyDictionary<long, LoadedFile>> LoadAsync(
        DbConnection connection,
        SqliteDialect dialect,
        long[] ids
    ) =>
        connection.LoadByAsync<long, LoadedFile>(
            dialect,
            "select id, folder, path from files where {keys}",
            "id",
            ids,
            static file => file.Id
        );

    private static async Task<Dictionary<long, LoadedFile>> ByHandAsync(DbConnection connection, long[] ids)
    {
        var files = await connection.QueryAsync<LoadedFile>(
            "select id, folder, path from files where id in (select value from json_each(@ids))",
            new { ids = System.Text.Json.JsonSerializer.Serialize(ids) }
        );
        return files.ToDictionary(static file => file.Id);
    }
}

internal sealed record LoadedFile(long Id, long Folder, string Path);
