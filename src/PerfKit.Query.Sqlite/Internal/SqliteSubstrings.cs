using System.Text;

namespace PerfKit.Query.Internal;

/// <summary>The candidates of a substring search in SQLite.</summary>
internal static class SqliteSubstrings
{
    /// <summary>Documents with all trigrams of the needle that are read at most.</summary>
    public const int MaxRead = 5_000;

    /// <summary>Text that is read, the shortest documents first: the last one may begin below it.</summary>
    public const int MaxReadBytes = 32 << 20;

    private const int TrigramRunes = 3;
    private const int MaxTrigrams = 64; // Of a needle; what they let through is read anyway.

    /// <summary>A needle of one or two characters: documents with a word that begins with it.</summary>
    public static SearchCandidates OfBeginnings(string table, string needle, object? scope) =>
        SearchQuery.TryParse(needle, out var query, out _)
            ? new SearchCandidates(
                $"with c as materialized (select k.key from {Matches(table, table, scope)} limit {SearchQuery.MaxRanked + 1}), {Equal}",
                "(select count(*) from c)",
                SqlCommands.WithScope(scope, SqlCommands.Parameter("match", Fts5Terms.Match(query)))
            )
            : new SearchCandidates($"with c as (select key from {table}_keys where false), {Equal}", "0", []);

    public static SearchCandidates Of(string table, string source, string needle, object? scope) =>
        new(
            $"""
            with g as materialized (select k.key from {Matches(table, $"{table}_grams", scope)} limit {MaxRead + 1}),
            b as (
                select d.key, coalesce(octet_length(d.text), 0) as bytes from g cross join ({source}) d on d.key = g.key),
            t as materialized (select key, sum(bytes) over (order by bytes, key) - bytes as before from b),
            c as materialized (
                select d.key from t cross join ({source}) d on d.key = t.key
                where t.before < {MaxReadBytes} and (d.title like @like escape '\' or d.text like @like escape '\')
                limit {SearchQuery.MaxRanked + 1}),
            {Equal}
            """,
            $"""
            (select count(*) from c) + (
                select iif(count(*) > {MaxRead} or max(before) >= {MaxReadBytes}, {SearchQuery.MaxRanked
                + 1}, 0) from t)
            """,
            SqlCommands.WithScope(
                scope,
                SqlCommands.Parameter("match", Trigrams(needle)),
                SqlCommands.Parameter("like", LikePattern.Containing(needle))
            )
        );

    /// <summary>Every three characters in a row, each quoted: the index has no positions that a longer phrase would need.</summary>
    public static string Trigrams(string needle)
    {
        var runes = needle.EnumerateRunes().ToList();
        var trigrams = new List<string>();
        for (var at = 0; at + TrigramRunes <= runes.Count && trigrams.Count < MaxTrigrams; at++)
        {
            var quoted = new StringBuilder("\"");
            foreach (var rune in runes[at..(at + TrigramRunes)])
            {
                quoted.Append(rune.Value == '"' ? "\"\"" : rune.ToString());
            }

            trigrams.Add(quoted.Append('"').ToString());
        }

        return string.Join(" AND ", trigrams.Distinct(StringComparer.Ordinal));
    }

    private const string Equal = "r as (select key, 1.0 as score from c)";

    private static string Matches(string table, string words, object? scope) =>
        $"{words} cross join {table}_keys k on k.id = {words}.rowid where {words} match @match{(scope is null ? "" : " and k.scope = @scope")}";
}
