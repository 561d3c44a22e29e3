using System.Data.Common;
using Dapper;

namespace PerfKit.Query.Tests.Search;

/// <summary>A table of documents and its search index in one engine, beside the same documents in memory.</summary>
internal sealed class SearchStand : IAsyncDisposable
{
    private const string Source = "select id as key, owner as scope, path as title, body as text from docs";

    private static readonly KeysetCursors Cursors = Keyset.Cursors.Signed(1);

    private readonly ISqlDialect _dialect;

    private SearchStand(DbConnection connection, ISqlDialect dialect, ISearchIndex<long> index)
    {
        Connection = connection;
        _dialect = dialect;
        Index = index;
    }

    public DbConnection Connection { get; }

    public ISearchIndex<long> Index { get; }

    public Dictionary<long, SearchDocument<long>> Model { get; } = [];

    public static async Task<SearchStand> StartAsync(string engine)
    {
        var connection = await Engines.OpenAsync(
            engine,
            "create table docs (id bigint primary key, owner text, path text not null, body text)"
        );
        ISearchIndex<long> index =
            engine == "sqlite"
                ? new SqliteSearchIndex<long>("docs_search", Source, substring: true)
                : new PostgreSqlSearchIndex<long>("docs_search", Source, [("docs", "path"), ("docs", "body")]);
        await connection.ExecuteAsync(index.CreateSql);
        return new SearchStand(connection, Engines.Dialect(engine), index);
    }

    public Task PutAsync(long id, string path, string? body, string? owner = "a") =>
        PutAsync(new SearchDocument<long>(id, owner, path, body));

    public async Task PutAsync(SearchDocument<long> document)
    {
        await using var transaction = await Connection.BeginTransactionAsync();
        await Connection.ExecuteAsync(
            """
            insert into docs values (@Key, @Scope, @Title, @Text)
            on conflict (id) do update set owner = excluded.owner, path = excluded.path, body = excluded.body
            """,
            new
            {
                document.Key,
                Scope = (string?)document.Scope,
                document.Title,
                document.Text,
            },
            transaction
        );
        await Index.PutAsync(Connection, document, transaction);
        await transaction.CommitAsync();
        Model[document.Key] = document;
    }

    public async Task RemoveAsync(long id)
    {
        await using var transaction = await Connection.BeginTransactionAsync();
        await Connection.ExecuteAsync("delete from docs where id = @id", new { id }, transaction);
        await Index.RemoveAsync(Connection, id, transaction);
        await transaction.CommitAsync();
        Model.Remove(id);
    }

    public async Task<SearchHits<long>> FindAsync(string q, string? owner = null, string? cursor = null, int limit = 50)
    {
        var query = Query(q);
        return await Index.FindAsync(Connection, query, Page(Index.ByRank, q, cursor, limit), owner);
    }

    public async Task<SearchHits<long>> FindSubstringAsync(
        string needle,
        string? owner = null,
        string? cursor = null,
        int limit = 50
    ) => await Index.FindSubstringAsync(Connection, needle, Page(Index.ByKey, needle, cursor, limit), owner);

    /// <summary>Every match, page by page, best first.</summary>
    public Task<List<SearchHit<long>>> AllAsync(string q, string? owner = null, int limit = 50) =>
        PagesAsync(cursor => FindAsync(q, owner, cursor, limit));

    /// <summary>Every document that holds the needle, page by page, by key.</summary>
    public Task<List<SearchHit<long>>> AllSubstringAsync(string needle, string? owner = null, int limit = 50) =>
        PagesAsync(cursor => FindSubstringAsync(needle, owner, cursor, limit));

    private static async Task<List<SearchHit<long>>> PagesAsync(Func<string?, Task<SearchHits<long>>> find)
    {
        var all = new List<SearchHit<long>>();
        string? cursor = null;
        do
        {
            var hits = await find(cursor);
            all.AddRange(hits.Page.Items);
            cursor = hits.Page.Next;
        } while (cursor is not null);

        return all;
    }

    /// <summary>The answer of reading everything.</summary>
    public IEnumerable<long> Expected(string q, string? owner = null)
    {
        var query = Query(q);
        return from document in Model.Values
            where owner is null || (string?)document.Scope == owner
            where query.Matches(SearchText.Normalize(document.Title), SearchText.Normalize(document.Text ?? ""))
            select document.Key;
    }

    public static SearchQuery Query(string q) =>
        SearchQuery.TryParse(q, out var query, out var error) ? query : throw new ArgumentException(error);

    public ValueTask DisposeAsync() => Connection.DisposeAsync();

    private static KeysetQuery Page(KeysetOrder order, string scope, string? cursor, int limit) =>
        KeysetQuery.TryCreate(order, Cursors, scope, cursor, limit, out var page, out var error)
            ? page
            : throw new ArgumentException(error);
}
