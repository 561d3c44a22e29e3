using System.Data.Common;

namespace PerfKit.Query.Internal;

/// <summary>The candidates of a substring search in PostgreSQL.</summary>
internal static class PostgreSqlSubstrings
{
    /// <summary>Documents that are read at most where no index can help.</summary>
    public const int MaxScanned = 5_000;

    private const int TrigramChars = 3;

    /// <summary>A needle of one or two characters: documents with a word that begins with it.</summary>
    public static SearchCandidates OfBeginnings(string table, string needle, object? scope) =>
        SearchQuery.TryParse(needle, out var query, out _)
            ? new SearchCandidates(
                $"""
                with c as materialized (
                    select s.key from {table} s
                    where s.terms @@ cast(@terms as tsquery){(scope is null ? "" : " and s.scope = @scope")}
                    limit {SearchQuery.MaxRanked + 1}),
                {Equal("c")}
                """,
                "(select count(*) from c)",
                SqlCommands.WithScope(scope, SqlCommands.Parameter("terms", TermVector.Query(query)))
            )
            : new SearchCandidates(
                $"with c as (select key from {table} where false), {Equal("c")}",
                "cast(0 as bigint)",
                []
            );

    public static async Task<SearchCandidates> OfAsync(
        string source,
        string needle,
        object? scope,
        DbConnection connection,
        DbTransaction? transaction,
        CancellationToken cancellationToken
    )
    {
        var hasTrigrams = await HasTrigramsAsync(needle, connection, transaction, cancellationToken)
            .ConfigureAwait(false);
        var inScope = scope is null ? "true" : "d.scope = @scope";
        var parameters = SqlCommands.WithScope(scope, SqlCommands.Parameter("like", LikePattern.Containing(needle)));
        return hasTrigrams
            ? new SearchCandidates(
                $"""
                with c as materialized (
                    (select d.key from ({source}) d where d.text ilike @like and {inScope} limit {SearchQuery.MaxRanked
                    + 1})
                    union
                    (select d.key from ({source}) d where d.title ilike @like and {inScope} limit {SearchQuery.MaxRanked
                    + 1})
                    limit {SearchQuery.MaxRanked + 1}),
                {Equal("c")}
                """,
                "(select count(*) from c)",
                parameters
            )
            : new SearchCandidates(
                $"""
                with d as (select * from ({source}) d where {inScope} limit {MaxScanned + 1}),
                seen as materialized (select d.key, d.title ilike @like or d.text ilike @like as holds from d),
                c as (select key from seen where holds),
                {Equal("c")}
                """,
                $"(select case when count(*) > {MaxScanned} then {SearchQuery.MaxRanked + 1} else 0 end::bigint from seen)",
                parameters
            );
    }

    private static string Equal(string table) =>
        $"r as (select key, cast(1 as double precision) as score from {table})";

    /// <summary>
    /// Whether the needle holds three letters or digits in a row. What a letter is beyond ASCII is the database's locale's
    /// business, so it is asked.
    /// </summary>
    private static async Task<bool> HasTrigramsAsync(
        string needle,
        DbConnection connection,
        DbTransaction? transaction,
        CancellationToken cancellationToken
    )
    {
        var installed = await connection
            .ScalarAsync<bool>(
                transaction,
                "select exists (select from pg_extension where extname = 'pg_trgm')",
                [],
                cancellationToken
            )
            .ConfigureAwait(false);
        if (!installed)
        {
            throw new InvalidOperationException(
                "The database has no pg_trgm, which substring search needs: run 'create extension pg_trgm' in it, as a role "
                    + "that may create objects in the database, on a server with the contrib modules."
            );
        }

        var run = LongestRun(needle);
        return run.Length >= TrigramChars
            && (
                System.Text.Ascii.IsValid(run)
                || await connection
                    .ScalarAsync<bool>(
                        transaction,
                        $"select coalesce(cardinality(show_trgm(@run)), 0) > {TrigramChars}",
                        [SqlCommands.Parameter("run", run)],
                        cancellationToken
                    )
                    .ConfigureAwait(false)
            );
    }

    private static string LongestRun(string needle)
    {
        var (best, start) = ("", 0);
        for (var at = 0; at <= needle.Length; at++)
        {
            if (at < needle.Length && char.IsLetterOrDigit(needle[at]))
            {
                continue;
            }

            best = at - start > best.Length ? needle[start..at] : best;
            start = at + 1;
        }

        return best;
    }
}
