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
    private readonly bool _substring;

    /// <summary>Names the index and the documents.</summary>
    /// <param name="name">The table to create: small letters, digits and <c>_</c>.</param>
    /// <param name="source">
    /// The documents as SQL, written into statements as it is: a SELECT of <c>key</c>, <c>scope</c>, <c>title</c> and
    /// <c>text</c>, such as <c>select id as key, owner as scope, path as title, body as text from docs</c>.
    /// </param>
    /// <param name="substring">Whether there is an index of the trigrams for substrings too; it takes space and time to write.</param>
    /// <exception cref="ArgumentException">The name cannot be used.</exception>
    public SqliteSearchIndex(string name, string source, bool substring = false)
    {
        _table = new SearchTable<TKey>(name, source);
        _substring = substring;
    }

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
            {(_substring ? Grams : "")}
            """;

    /// <inheritdoc/>
    public KeysetOrder ByRank => SearchTable<TKey>.ByRank;

    /// <inheritdoc/>
    public KeysetOrder ByKey => SearchTable<TKey>.ByKey;

    private string Grams =>
        $"""
            create virtual table {_table.Name}_grams using fts5 (
                title, text, tokenize = 'trigram', content = '', contentless_delete = 1, detail = none);
            """;

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
        return WriteAsync(
            connection,
            transaction,
            $"""
            insert into {_table.Name}_keys (key, scope, hash) values (@key, @scope, @hash)
            on conflict (key) do update set scope = excluded.scope, hash = excluded.hash;
            insert or replace into {_table.Name} (rowid, path_terms, text_terms)
                select id, @titleTerms, @textTerms from {_table.Name}_keys where key = @key{(
                _substring ? PutGrams : ""
            )}
            """,
            [
                SqlCommands.Parameter("key", document.Key),
                SqlCommands.Parameter("scope", document.Scope),
                SqlCommands.Parameter("hash", SearchTable<TKey>.Hash(title, text)),
                SqlCommands.Parameter("titleTerms", Fts5Terms.Join(title)),
                SqlCommands.Parameter("textTerms", Fts5Terms.Join(text.AsSpan(0, SearchText.IndexedLength(text)))),
                .. _substring
                    ? new[] { SqlCommands.Parameter("title", title), SqlCommands.Parameter("text", text) }
                    : [],
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
            {(_substring ? RemoveFrom($"{_table.Name}_grams") : "")}{RemoveFrom(_table.Name)}
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
        var parameters = SqlCommands.WithScope(
            scope,
            SqlCommands.Parameter("words", words),
            SqlCommands.Parameter("titles", $"path_terms : ({words})")
        );
        var matches = await connection
            .ScalarAsync<long>(
                transaction,
                $"select count(*) from ({Some("words", scope)})",
                parameters,
                cancellationToken
            )
            .ConfigureAwait(false);
        var ranked = matches > SearchQuery.MaxRanked ? ByTitle(scope) : ByBm25(scope);
        var candidates = new SearchCandidates($"with r as materialized ({ranked})", $"{matches}", parameters);
        return await SearchTable<TKey>
            .ReadAsync(Dialect, connection, transaction, page, candidates, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// A needle of three characters and more is looked for by its trigrams; of the documents that hold all of them, 5,000
    /// are read at most, the shortest first and up to 32 MiB of text, with LIKE, which folds ASCII letters alone.
    /// </remarks>
    /// <exception cref="InvalidOperationException">The index was made without substrings.</exception>
    public Task<SearchHits<TKey>> FindSubstringAsync(
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
        if (!_substring)
        {
            throw _table.NoSubstrings();
        }

        var candidates = SearchTable<TKey>.IsShort(needle)
            ? SqliteSubstrings.OfBeginnings(_table.Name, needle, scope)
            : SqliteSubstrings.Of(_table.Name, _table.Source, needle, scope);
        return SearchTable<TKey>.ReadAsync(Dialect, connection, transaction, page, candidates, cancellationToken);
    }

    private string PutGrams =>
        $"""
            ;
            insert or replace into {_table.Name}_grams (rowid, title, text)
                select id, @title, @text from {_table.Name}_keys where key = @key
            """;

    private string RemoveFrom(string words) =>
        $"delete from {words} where rowid = (select id from {_table.Name}_keys where key = @key);";

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
        return Walk.RunAsync(connection, static (_, _) => Task.CompletedTask, cancellationToken); // One writer is alone.
    }

    /// <summary>FTS5 keeps a row of sizes for each that it holds: a key without one has no words.</summary>
    private SearchWalk<TKey> Walk =>
        new(
            _table,
            $"""
            select k.key, k.scope, k.hash from {_table.Name}_keys k join {_table.Name}_docsize w on w.id = k.id
            {(_substring ? $"join {_table.Name}_grams_docsize g on g.id = k.id" : "")}
            """,
            this,
            new SqliteDialect()
        );
}
