using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using PerfKit.Query.Tests.Keyset;

namespace PerfKit.Query.Tests.EfCore;

/// <summary>Pages through EF Core's FromSql, as docs/keyset-pages.md shows them.</summary>
public sealed class EfCorePagesTests
{
    private static readonly KeysetFields Fields = new KeysetFields()
        .Add<string>("author", "Author", KeysetNulls.Last)
        .UniqueBy<long>("id", "Id");

    [Theory]
    [InlineData("author", new long[] { 3, 1, 2, 4 })]
    [InlineData("-author", new long[] { 2, 1, 3, 4 })]
    public async Task ReadAsync_walks_entities_with_a_filter_both_ways(string sort, long[] expected)
    {
        await using var connection = new SqliteConnection("Data Source=:memory:");
        await connection.OpenAsync();
        await using var context = new NotesContext(
            new DbContextOptionsBuilder<NotesContext>().UseSqlite(connection).Options
        );
        await context.Database.EnsureCreatedAsync();
        context.Notes.AddRange(
            Note(1, "b"),
            Note(2, "c"),
            Note(3, "a"),
            Note(4, null),
            Note(5, "a") with
            {
                Folder = 9,
            }
        );
        await context.SaveChangesAsync();

        (await WalkAsync(context, sort, null, static page => page.Next)).Should().Equal(expected);
        (await WalkAsync(context, sort, KeysetQuery.Last, static page => page.Previous))
            .Should()
            .BeEquivalentTo(expected);
    }

    private static async Task<List<long>> WalkAsync(
        NotesContext context,
        string sort,
        string? cursor,
        Func<KeysetPage<Note>, string?> follow
    )
    {
        Fields.TryParse(sort, out var order, out _).Should().BeTrue();
        var ids = new List<long>();
        do
        {
            KeysetQuery
                .TryCreate(order!, Cursors.Signed(1), "folder 7", cursor, 3, out var query, out _)
                .Should()
                .BeTrue();
            var page = await query!.ReadAsync(new SqliteDialect(), FetchAsync, ValueOf);
            ids.AddRange(page.Items.Select(static note => note.Id));
            cursor = follow(page);
        } while (cursor is not null);

        return ids;

        async Task<IReadOnlyList<Note>> FetchAsync(KeysetRange range, CancellationToken token)
        {
            var parameters = range.Parameters.Select(static p => new SqliteParameter(p.Key, p.Value));
            return await context
                .Notes.FromSqlRaw(
                    range.Complete("select * from Notes where Folder = @folder and {range}"),
                    [new SqliteParameter("folder", 7), .. parameters]
                )
                .AsNoTracking()
                .ToListAsync(token);
        }
    }

    private static object? ValueOf(Note note, string field) => field == "author" ? note.Author : note.Id;

    private static Note Note(long id, string? author) => new(id, 7, author);
}

internal sealed record Note(long Id, int Folder, string? Author);

internal sealed class NotesContext(DbContextOptions<NotesContext> options) : DbContext(options)
{
    public DbSet<Note> Notes => Set<Note>();
}
