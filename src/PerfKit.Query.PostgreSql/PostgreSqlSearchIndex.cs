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
    private readonly PostgreSqlSubstrings? _substrings;

    /// <summary>Names the index and the documents.</summary>
    /// <param name="name">The table to create: small letters, digits and <c>_</c>.</param>
    /// <param name="source">
    /// The documents as SQL, written into statements as it is: a SELECT of <c>key</c>, <c>scope</c>, <c>title</c> and
    /// <c>text</c>, such as <c>select id as key, owner as scope, path as title, body as text from docs</c>.
    /// </param>
    /// <param name="substring">
    /// The columns behind title and text, as SQL: each gets an index of its trigrams, which takes space and time to write. Null
    /// for none.
    /// </param>
    /// <exception cref="ArgumentException">The name cannot be used.</exception>
    public PostgreSqlSearchIndex(
        string name,
        string source,
        IReadOnlyList<(string Table, string Column)>? substring = null
    )
    {
        _table = new SearchTable<TKey>(name, source);
        _substrings = substring is null ? null : new PostgreSqlSubstrings(name, source, substring);
    }

    /// <inheritdoc/>
    public string CreateSql =>
        $"""
            create table {_table.Name} as
                select d.key, d.scope, cast(null as tsvector) as terms, cast(null as bytea) as hash
                from ({_table.Source}) d with no data;
            alter table {_table.Name} add primary key (key), alter column terms set not null;
            create index {_table.Name}_terms on {_table.Name} using gin (terms);
            create index {_table.Name}_scope on {_table.Name} (scope);
            {_substrings?.CreateSql}
            """;

    /// <inheritdoc/>
    public KeysetOrder ByRank => SearchTable<TKey>.ByRank;

    /// <inheritdoc/>
    public KeysetOrder ByKey => SearchTable<TKey>.ByKey;

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
        var (title, text) = SearchTable<TKey>.Prepare(document.Title, document.Text);
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
        var candidates = new SearchCandidates(
            $"""
            with c as materialized (
                select s.key, s.terms from {_table.Name} s
                where s.terms @@ cast(@terms as tsquery){(scope is null ? "" : " and s.scope = @scope")}
                limit {SearchQuery.MaxRanked + 1}),
            r as (
                select c.key, cast(ts_rank(c.terms, cast(@terms as tsquery)) as double precision) as score from c)
            """,
            "(select count(*) from c)",
            SqlCommands.WithScope(scope, SqlCommands.Parameter("terms", TermVector.Query(query)))
        );
        return SearchTable<TKey>.ReadAsync(Dialect, connection, transaction, page, candidates, cancellationToken);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// It is pg_trgm's: the needle's runs of letters and digits are looked for by their trigrams, and of the documents that hold all of them
    /// 2,000 are read at most. A needle without three letters or digits in a row has none; then 4,000 documents are read at most. Either
    /// way reading ends at 8 MiB of text, the shortest documents first.
    /// </remarks>
    /// <exception cref="InvalidOperationException">The index was made without substrings, or the database has no pg_trgm.</exception>
    public async Task<SearchHits<TKey>> FindSubstringAsync(
        DbConnection connection,
        string needle,
        KeysetQuery page,
        object? scope = null,
        DbTransaction? transaction = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentException.ThrowIfNullOrEmpty(needle);
        ArgumentNullException.ThrowIfNull(page);
        var substrings = _substrings ?? throw _table.NoSubstrings();
        var candidates = SearchTable<TKey>.IsShort(needle)
            ? substrings.OfBeginnings(needle, scope)
            : await substrings.OfAsync(needle, scope, connection, transaction, cancellationToken).ConfigureAwait(false);
        return await SearchTable<TKey>
            .ReadAsync(Dialect, connection, transaction, page, candidates, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<SearchDrift> CheckAsync(DbConnection connection, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return Walk.RunAsync(connection, lockEntry: null, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<SearchDrift> RepairAsync(DbConnection connection, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return Walk.RunAsync(
            connection,
            (transaction, key) =>
                connection.ExecuteAsync(
                    transaction,
                    $"""
                    insert into {_table.Name} (key, terms) values (@key, '') on conflict (key) do nothing;
                    select from {_table.Name} where key = @key for update
                    """,
                    [SqlCommands.Parameter("key", key)],
                    cancellationToken
                ),
            cancellationToken
        );
    }

    private SearchWalk<TKey> Walk =>
        new(_table, $"select key, scope, hash from {_table.Name}", this, new PostgreSqlDialect());
}
