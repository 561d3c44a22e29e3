using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;
using PerfKit.Query;
using PerfKit.TestKit;

namespace PerfKit.Benchmarks.Claims.Query.Searches;

/// <summary>Documents and their search index in one engine, 20 of them with a word that no other has.</summary>
internal sealed class SearchStand
{
    public const string Marker = "xyzzyquux";

    private const int Marked = 20;
    private const int BatchSize = 2_000;
    private const string Source = "select id as key, 1 as scope, path as title, body as text from docs";

    private static readonly KeysetCursors Cursors = new(new KeysetCursorOptions { Keys = { new byte[32] } });

    private readonly ISqlDialect _dialect;

    private SearchStand(DbConnection connection, ISqlDialect dialect, ISearchIndex<long> index)
    {
        Connection = connection;
        _dialect = dialect;
        Index = index;
    }

    public string Engine => _dialect.Name;

    public DbConnection Connection { get; }

    public ISearchIndex<long> Index { get; }

    public static async Task<SearchStand> CreatePostgreSqlAsync(PostgreSqlServer server, int chunks)
    {
        var source = NpgsqlDataSource.Create($"{await server.CreateDatabaseAsync()};Max Auto Prepare=50");
        var stand = new SearchStand(
            await source.OpenConnectionAsync(),
            new PostgreSqlDialect(autoPrepares: true),
            new PostgreSqlSearchIndex<long>("docs_search", Source, [("docs", "path"), ("docs", "body")])
        );
        await stand.FillAsync(chunks);
        await stand.Connection.ExecuteAsync("vacuum analyze docs");
        await stand.Connection.ExecuteAsync("vacuum analyze docs_search");
        return stand;
    }

    public static async Task<SearchStand> CreateSqliteAsync(TempFolder folder, int chunks)
    {
        var source = SqliteFactory.Instance.CreateDataSource(
            $"Data Source={folder.File($"{chunks}.db")};Pooling=False"
        );
        var connection = await source.OpenConnectionAsync();
        await connection.ExecuteAsync("pragma journal_mode = off; pragma synchronous = off");
        var stand = new SearchStand(
            connection,
            new SqliteDialect(),
            new SqliteSearchIndex<long>("docs_search", Source, substring: true)
        );
        await stand.FillAsync(chunks);
        return stand;
    }

    /// <summary>The first page of a search.</summary>
    public Task<SearchHits<long>> FindAsync(SearchQuery query) =>
        Index.FindAsync(Connection, query, Page(Index.ByRank));

    /// <summary>The first page of the documents that hold a piece of text.</summary>
    public Task<SearchHits<long>> FindSubstringAsync(string needle) =>
        Index.FindSubstringAsync(Connection, needle, Page(Index.ByKey));

    /// <summary>The naive way: every path and text is read.</summary>
    public async Task<int> ScanAsync(string term)
    {
        var like = Engine == "sqlite" ? "like" : "ilike";
        var found = await Connection.QueryAsync<long>(
            $"select id from docs where path {like} @pattern or body {like} @pattern",
            new { pattern = $"%{term}%" }
        );
        return found.AsList().Count;
    }

    public static SearchQuery Query(string q) =>
        SearchQuery.TryParse(q, out var query, out var error) ? query : throw new ArgumentException(error);

    private static KeysetQuery Page(KeysetOrder order) =>
        KeysetQuery.TryCreate(order, Cursors, "", null, 50, out var page, out var error)
            ? page
            : throw new InvalidOperationException(error);

    private async Task FillAsync(int chunks)
    {
        await Connection.ExecuteAsync(
            "create table docs (id bigint not null primary key, path text not null, body text not null)"
        );
        await Connection.ExecuteAsync(Index.CreateSql);
        for (var from = 0; from < chunks; from += BatchSize)
        {
            await using var transaction = await Connection.BeginTransactionAsync();
            for (var id = from; id < Math.Min(from + BatchSize, chunks); id++)
            {
                var (path, text) = SearchCorpus.All[id];
                text = id % (chunks / Marked) == 1 ? $"{text} {Marker}" : text;
                await Connection.ExecuteAsync(
                    "insert into docs values (@id, @path, @text)",
                    new
                    {
                        id,
                        path,
                        text,
                    },
                    transaction
                );
                await Index.PutAsync(Connection, new SearchDocument<long>(id, 1, path, text), transaction);
            }

            await transaction.CommitAsync();
        }
    }
}
