using System.Data.Common;
using Npgsql;

namespace PerfKit.Query.Internal;

/// <summary>
/// Substring search in PostgreSQL. The indexes hold pg_trgm's trigrams as arrays, by a function of ours: what an array holds
/// the index answers exactly, so candidates can be counted and cut off before their texts are read. pg_trgm's own operators read the
/// text of every candidate within the index scan, however many there are. The function names the extension's schema: servers analyze,
/// restore and from version 17 on build indexes without a search path.
/// </summary>
/// <param name="table">The index's name.</param>
/// <param name="source">The documents.</param>
/// <param name="columns">The columns behind title and text.</param>
internal sealed class PostgreSqlSubstrings(
    string table,
    string source,
    IReadOnlyList<(string Table, string Column)> columns
)
{
    /// <summary>Documents with all trigrams of the needle that are read at most.</summary>
    public const int MaxRead = 2_000;

    /// <summary>Documents that are read at most where the needle has no trigram.</summary>
    public const int MaxScanned = 4_000;

    /// <summary>Dear, so that no plan calls it for each row of a table instead of reading the index.</summary>
    private const int FunctionCost = 100_000;

    public string CreateSql =>
        $"""
            create extension if not exists pg_trgm;
            do $make$ begin
                execute format(
                    'create function {table}_trigrams(text) returns text[] language plpgsql
                        immutable strict parallel safe cost {FunctionCost} as %L',
                    format(
                        'begin return %s.show_trgm($1); end',
                        (select extnamespace::regnamespace from pg_extension where extname = 'pg_trgm')));
            end $make$;
            {string.Join('\n', columns.Select((c, i) =>
                $"create index {table}_trigrams_{i + 1} on {c.Table} using gin ({table}_trigrams({c.Column}));"))}
            """;

    /// <summary>A needle of one or two characters: documents with a word that begins with it.</summary>
    public SearchCandidates OfBeginnings(string needle, object? scope) =>
        SearchQuery.TryParse(needle, out var query, out _)
            ? new SearchCandidates(
                $"""
                with c as materialized (
                    select s.key from {table} s
                    where s.terms @@ cast(@terms as tsquery){(scope is null ? "" : " and s.scope = @scope")}
                    limit {SearchQuery.MaxRanked + 1}),
                {Equal}
                """,
                "(select count(*) from c)",
                SqlCommands.WithScope(scope, SqlCommands.Parameter("terms", TermVector.Query(query)))
            )
            : new SearchCandidates(
                $"with c as (select key from {table} where false), {Equal}",
                "cast(0 as bigint)",
                []
            );

    public async Task<SearchCandidates> OfAsync(
        string needle,
        object? scope,
        DbConnection connection,
        DbTransaction? transaction,
        CancellationToken cancellationToken
    )
    {
        var trigrams = await TrigramsAsync(needle, connection, transaction, cancellationToken).ConfigureAwait(false);
        var inScope = scope is null ? "true" : "d.scope = @scope";
        var holds = "(d.title ilike @like or d.text ilike @like)";
        var like = SqlCommands.Parameter("like", LikePattern.Containing(needle));
        return trigrams.Length > 0
            ? new SearchCandidates(
                $"""
                with g as materialized (
                    (select d.key from ({source}) d where {Has("text")} and {inScope} limit {MaxRead + 1})
                    union
                    (select d.key from ({source}) d where {Has("title")} and {inScope} limit {MaxRead + 1})
                    limit {MaxRead + 1}),
                c as materialized (
                    select d.key from g join ({source}) d on d.key = g.key where {holds}
                    limit {SearchQuery.MaxRanked + 1}),
                {Equal}
                """,
                $"(select count(*) from c) + (select {More(MaxRead)} from g)",
                SqlCommands.WithScope(scope, like, SqlCommands.Parameter("trigrams", trigrams))
            )
            : new SearchCandidates(
                $"""
                with g as (select * from ({source}) d where {inScope} limit {MaxScanned + 1}),
                seen as materialized (select d.key, {holds} as holds from g d),
                c as (select key from seen where holds),
                {Equal}
                """,
                $"(select {More(MaxScanned)} from seen)",
                SqlCommands.WithScope(scope, like)
            );
    }

    private const string Equal = "r as (select key, cast(1 as double precision) as score from c)";

    private static string More(int most) =>
        $"case when count(*) > {most} then {SearchQuery.MaxRanked + 1} else 0 end::bigint";

    /// <summary>The planner does not see the value: where it expects most rows to match, it would not read the index.</summary>
    private string Has(string column) => $"{table}_trigrams(d.{column}) @> (select cast(@trigrams as text[]))";

    /// <summary>
    /// The trigrams that every text with the needle has: those within its runs of letters and digits that do not depend on what
    /// stands before and behind. What a letter is beyond ASCII is the database's locale's business, so it is asked.
    /// </summary>
    private async Task<string[]> TrigramsAsync(
        string needle,
        DbConnection connection,
        DbTransaction? transaction,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await connection
                .ScalarAsync<string[]>(
                    transaction,
                    $"""
                    select array(
                        select distinct t from unnest(@runs) r, lateral (
                            select unnest({table}_trigrams(r)) intersect select unnest({table}_trigrams('q' || r || 'q'))
                            intersect select unnest({table}_trigrams('x' || r || 'x'))) g(t))
                    """,
                    [SqlCommands.Parameter("runs", Runs(needle).ToArray())],
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UndefinedFunction)
        {
            throw new InvalidOperationException(
                $"Substring search needs pg_trgm and the function '{table}_trigrams', and the database lacks one of them: run "
                    + "'create extension pg_trgm' in it, as a role that may create objects in the database, on a server "
                    + "with the contrib modules, and then the index's CreateSql.",
                e
            );
        }
    }

    private static IEnumerable<string> Runs(string needle)
    {
        var start = 0;
        for (var at = 0; at <= needle.Length; at++)
        {
            if (at < needle.Length && char.IsLetterOrDigit(needle[at]))
            {
                continue;
            }

            if (at > start)
            {
                yield return needle[start..at];
            }

            start = at + 1;
        }
    }
}
