using System.Data.Common;
using Microsoft.Data.Sqlite;
using PerfKit.Query.Internal;
using SQLitePCL;

namespace PerfKit.Query;

/// <summary>Search in SQLite: a contentless FTS5 table of words, ranked by bm25 with the title weighing more.</summary>
/// <typeparam name="TKey">The key of a document: string, long, int or Guid.</typeparam>
public sealed class SqliteSearchIndex<TKey> : ISearchIndex<TKey>
    where TKey : notnull
{
    private static readonly SqliteDialect Dialect = new();

    private readonly SearchTable<TKey> _table;

    /// <summary>Names the index and the documents.</summary>
    /// <param name="name">The table to create: small letters, digits and <c>_</c>.</param>
    /// <param name="source">
    /// The documents as SQL, written into statements as it is: a SELECT of <c>key</c>, <c>scope</c>, <c>title</c> and
    /// <c>text</c>, such as <c>select id as key, owner as scope, path as title, body as text from docs</c>.
    /// </param>
    /// <exception cref="ArgumentException">The name cannot be used.</exception>
    public SqliteSearchIndex(string name, string source) => _table = new SearchTable<TKey>(name, source);

    /// <inheritdoc/>
    /// <remarks>
    /// "ascii" splits at spaces alone for the words of <see cref="SearchTokenizer"/>. Short prefixes have an index of their
    /// own: the last word of a query is a prefix, and <c>a*</c> would otherwise merge the lists of every word that begins with it.
    /// </remarks>
    public string CreateSql =>
        $"""
            create table {_table.Name}_keys (id integer primary key, key not null unique, scope, hash blob);
            create virtual table {_table.Name} using fts5 (
                path_terms, text_terms, tokenize = 'ascii', content = '', contentless_delete = 1, prefix = '1 2');
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
        return WriteAsync(
            connection,
            transaction,
            $"""
            insert into {_table.Name}_keys (key, scope, hash) values (@key, @scope, @hash)
            on conflict (key) do update set scope = excluded.scope, hash = excluded.hash;
            insert or replace into {_table.Name} (rowid, path_terms, text_terms)
                select id, @title, @text from {_table.Name}_keys where key = @key
            """,
            [
                SqlCommands.Parameter("key", document.Key),
                SqlCommands.Parameter("scope", document.Scope),
                SqlCommands.Parameter("hash", SearchTable<TKey>.Hash(title, text)),
                SqlCommands.Parameter("title", Fts5Terms.Join(title)),
                SqlCommands.Parameter("text", Fts5Terms.Join(text.AsSpan(0, SearchText.IndexedLength(text)))),
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
        return WriteAsync(
            connection,
            transaction,
            $"""
            delete from {_table.Name} where rowid = (select id from {_table.Name}_keys where key = @key);
            delete from {_table.Name}_keys where key = @key
            """,
            [SqlCommands.Parameter("key", key)],
            cancellationToken
        );
    }

    /// <inheritdoc/>
    /// <remarks>
    /// bm25 reads every match for its weights, so for a common term it is not asked: a bounded set is ordered by whether the
    /// title holds the words.
    /// </remarks>
    public async Task<SearchHits<TKey>> FindAsync(
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
        var words = Fts5Terms.Match(query);
        KeyValuePair<string, object>[] parameters =
        [
            SqlCommands.Parameter("words", words),
            SqlCommands.Parameter("titles", $"path_terms : ({words})"),
            .. scope is null ? [] : new[] { SqlCommands.Parameter("scope", scope) },
        ];
        var counted = await connection
            .QueryAsync(
                transaction,
                $"select count(*) from ({Some("words", scope)})",
                parameters,
                static reader => reader.GetInt64(0),
                cancellationToken
            )
            .ConfigureAwait(false);
        return await SearchTable<TKey>
            .ReadAsync(
                Dialect,
                connection,
                transaction,
                page,
                $$"""
                with r as materialized ({{(counted[0] > SearchQuery.MaxRanked ? ByTitle(scope) : ByBm25(scope))}})
                select r.key, r.score, {{counted[0]}} from r where {range}
                """,
                parameters,
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    private string ByBm25(object? scope) =>
        $"select k.key, -bm25({_table.Name}, 8.0, 1.0) as score from {Matches("words", scope)}";

    private string ByTitle(object? scope) =>
        $"""
            select key, max(score) as score
            from (select key, 1.0 as score from ({Some("titles", scope)}) union all select key, 0.0 from ({Some(
                "words",
                scope
            )}))
            group by key
            """;

    private string Some(string parameter, object? scope) =>
        $"select k.key from {Matches(parameter, scope)} limit {SearchQuery.MaxRanked + 1}";

    private string Matches(string parameter, object? scope) =>
        $"""
            {_table.Name} join {_table.Name}_keys k on k.id = {_table.Name}.rowid
            where {_table.Name} match @{parameter}{(scope is null ? "" : " and k.scope = @scope")}
            """;

    /// <summary>Both tables or none, within the caller's transaction or without one.</summary>
    private static async Task WriteAsync(
        DbConnection connection,
        DbTransaction? transaction,
        string sql,
        IReadOnlyCollection<KeyValuePair<string, object>> parameters,
        CancellationToken cancellationToken
    )
    {
        const string Savepoint = "perfkit_search";
        try
        {
            var all = $"savepoint {Savepoint}; {sql}; release {Savepoint}";
            await connection.ExecuteAsync(transaction, all, parameters, cancellationToken).ConfigureAwait(false);
        }
        catch (SqliteException)
        {
            // Some errors, an interrupt among them, have taken the whole transaction back already.
            if (raw.sqlite3_get_autocommit(((SqliteConnection)connection).Handle) == 0)
            {
                var back = $"rollback to {Savepoint}; release {Savepoint}";
                await connection.ExecuteAsync(transaction, back, [], CancellationToken.None).ConfigureAwait(false);
            }

            throw;
        }
    }
}
