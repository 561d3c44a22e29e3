using System.Data.Common;
using System.Text;
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

    /// <summary>Text that is read, the shortest documents first: the last one may begin below it.</summary>
    public const int MaxReadBytes = 8 << 20;

    /// <summary>
    /// Dear, so that no plan calls it for each row of a table instead of reading the index; not so dear that the plan's cost passes
    /// jit_above_cost, as compiling the plan then takes longer than running it.
    /// </summary>
    private const int FunctionCost = 1_000;

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
            {string.Join('\n', columns.Select(Index))}
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
        var isFound = trigrams.Length > 0;
        var most = isFound ? MaxRead : MaxScanned;
        var found = isFound
            ? $"""
                (select d.key from {Having("text")} d where {inScope} limit {most + 1})
                union
                (select d.key from {Having("title")} d where {inScope} limit {most + 1})
                limit {most + 1}
                """
            : $"select d.* from ({source}) d where {inScope} limit {most + 1}";
        var texts = isFound ? $"f join ({source}) d on d.key = f.key" : "f d";
        var fold = Ascii.IsValid(needle) ? "collate \"C\"" : ""; // Reads a text in 5 ns a byte, not 8.
        return new SearchCandidates(
            $"""
            with f as ({found}),
            g as materialized (
                select d.key, d.title, d.text, coalesce(octet_length(d.text), 0) as bytes from {texts}),
            t as materialized (select key, sum(bytes) over (order by bytes, key) - bytes as before from g),
            c as materialized (
                select key from (
                    select g.* from t join g on g.key = t.key where t.before < {MaxReadBytes}
                    offset 0) d -- Else the texts are compared first, and the budget is spent on all.
                where title {fold} ilike @like or text {fold} ilike @like
                limit {SearchQuery.MaxRanked + 1}),
            {Equal}
            """,
            $"""
            (select count(*) from c) + (
                select case when count(*) > {most} or max(before) >= {MaxReadBytes}
                    then {SearchQuery.MaxRanked + 1} else 0 end::bigint from t)
            """,
            SqlCommands.WithScope(
                scope,
                [
                    SqlCommands.Parameter("like", LikePattern.Containing(needle)),
                    .. isFound ? new[] { SqlCommands.Parameter("trigrams", trigrams) } : [],
                ]
            )
        );
    }

    /// <summary>
    /// Trigrams are compared as bytes, a third faster to build than by a locale. Statistics would be computed from the trigrams of each
    /// sampled text, and nothing reads them.
    /// </summary>
    private string Index((string Table, string Column) indexed, int i)
    {
        var name = $"{table}_trigrams_{i + 1}";
        return $"""
            create index {name} on {indexed.Table} using gin (({table}_trigrams({indexed.Column}) collate "C"));
            alter index {name} alter column 1 set statistics 0;
            """;
    }

    private const string Equal = "r as (select key, cast(1 as double precision) as score from c)";

    /// <summary>
    /// The planner does not see the value: where it expects most rows to match, it would not read the index. Nor the scope (OFFSET 0):
    /// a plan for the average scope computes the trigrams of its few documents, and then of all those of a large one.
    /// </summary>
    private string Having(string column) =>
        $"""
            (select d.* from ({source}) d
                where {table}_trigrams(d.{column}) collate "C" @> (select cast(@trigrams as text[])) offset 0)
            """;

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
