using System.Data.Common;
using PerfKit.Query.Internal;

namespace PerfKit.Query;

/// <summary>Search in PostgreSQL: a tsvector a document under a GIN index, ranked by ts_rank, title words with weight A.</summary>
/// <typeparam name="TKey">The key of a document: string, long, int or Guid.</typeparam>
public sealed class PostgreSqlSearchIndex<TKey> : ISearchIndex<TKey>
    where TKey : notnull
{
    private static readonly PostgreSqlDialect Dialect = new();

    private readonly SearchTable<TKey> _table;

    /// <summary>Names the index and the documents.</summary>
    /// <param name="name">The table to create: small letters, digits and <c>_</c>.</param>
    /// <param name="source">
    /// The documents as SQL, written into statements as it is: a SELECT of <c>key</c>, <c>scope</c>, <c>title</c> and
    /// <c>text</c>, such as <c>select id as key, owner as scope, path as title, body as text from docs</c>.
    /// </param>
    /// <exception cref="ArgumentException">The name cannot be used.</exception>
    public PostgreSqlSearchIndex(string name, string source) => _table = new SearchTable<TKey>(name, source);

    /// <inheritdoc/>
    public string CreateSql =>
        $"""
            create table {_table.Name} as
                select d.key, d.scope, cast(null as tsvector) as terms, cast(null as bytea) as hash
                from ({_table.Source}) d with no data;
            alter table {_table.Name} add primary key (key), alter column terms set not null;
            create index {_table.Name}_terms on {_table.Name} using gin (terms);
            create index {_table.Name}_scope on {_table.Name} (scope);
            """;

    /// <inheritdoc/>
    public KeysetOrder ByRank => SearchTable<TKey>.ByRank;

    /// <inheritdoc/>
    public Task PutAsync(
        DbConnection connection,
        SearchDocument<TKey> document,
        DbTransaction? transaction = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(document);
        var (title, text) = SearchTable<TKey>.Prepare(document);
        return connection.ExecuteAsync(
            transaction,
            $"""
            insert into {_table.Name} (key, scope, terms, hash) values (@key, @scope, cast(@terms as tsvector), @hash)
            on conflict (key) do update set scope = excluded.scope, terms = excluded.terms, hash = excluded.hash
            """,
            [
                SqlCommands.Parameter("key", document.Key),
                SqlCommands.Parameter("scope", document.Scope),
                SqlCommands.Parameter("terms", TermVector.Of(title, text)),
                SqlCommands.Parameter("hash", SearchTable<TKey>.Hash(title, text)),
            ],
            cancellationToken
        );
    }

    /// <inheritdoc/>
    public Task RemoveAsync(
        DbConnection connection,
        TKey key,
        DbTransaction? transaction = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(connection);
        return connection.ExecuteAsync(
            transaction,
            $"delete from {_table.Name} where key = @key",
            [SqlCommands.Parameter("key", key)],
            cancellationToken
        );
    }

    /// <inheritdoc/>
    public Task<SearchHits<TKey>> FindAsync(
        DbConnection connection,
        SearchQuery query,
        KeysetQuery page,
        object? scope = null,
        DbTransaction? transaction = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(page);
        return SearchTable<TKey>.ReadAsync(
            Dialect,
            connection,
            transaction,
            page,
            $$"""
            with c as materialized (
                select s.key, s.terms from {{_table.Name}} s
                where s.terms @@ cast(@terms as tsquery){{(scope is null ? "" : " and s.scope = @scope")}}
                limit {{SearchQuery.MaxRanked + 1}}),
            r as (
                select c.key, cast(ts_rank(c.terms, cast(@terms as tsquery)) as double precision) as score from c)
            select r.key, r.score, (select count(*) from c) from r where {range}
            """,
            [
                SqlCommands.Parameter("terms", TsQuery(query)),
                .. scope is null ? [] : new[] { SqlCommands.Parameter("scope", scope) },
            ],
            cancellationToken
        );
    }

    /// <summary>The query in tsquery syntax: <c>'file' &amp; 'serv':*</c>. Safe: words are letters and digits.</summary>
    internal static string TsQuery(SearchQuery query) =>
        string.Join(" & ", query.Words.Select(static word => $"'{word}'")) + ":*";
}
