using System.Data.Common;
using Dapper;
using FileService.Files.Search;
using PerfKit.Query;

namespace FileService.Data.Search;

/// <summary>Search in SQLite: a contentless FTS5 table of tokens, ranked with the path weighing more.</summary>
internal sealed class SqliteSearchIndex : ISearchIndex
{
    private static readonly SqliteDialect Dialect = new();

    public Task PutAsync(WriteScope scope, StoredFile file, string? text)
    {
        var (pathTerms, textTerms) = TermVector.ForFts5(file.Path, text);
        return scope.Connection.ExecuteAsync(
            "insert or replace into file_search (rowid, path_terms, text_terms) values (@Seq, @pathTerms, @textTerms)",
            new
            {
                file.Seq,
                pathTerms,
                textTerms,
            },
            scope.Transaction
        );
    }

    public Task RemoveAsync(WriteScope scope, StoredFile file) =>
        scope.Connection.ExecuteAsync(
            "delete from file_search where rowid = @Seq",
            new { file.Seq },
            scope.Transaction
        );

    /// <summary>
    /// Ranks by bm25 while the matches are few. bm25 reads every match for its weights, so for a common term it is not asked:
    /// a bounded set is ordered by whether the path holds the words.
    /// </summary>
    public async Task<KeysetPage<SearchHit>> FindAsync(
        DbConnection connection,
        Guid workspace,
        SearchQuery query,
        KeysetQuery page
    )
    {
        var parameters = new
        {
            terms = query.ToFts5(),
            pathTerms = $"path_terms : ({query.ToFts5()})",
            workspace,
            candidates = ISearchIndex.MaxRanked + 1,
        };
        var matches = await connection.ExecuteScalarAsync<long>($"select count(*) from ({Some("@terms")})", parameters);
        return await connection.QueryPageAsync<SearchHit>(
            Dialect,
            page,
            $$"""
            with r as materialized ({{(matches > ISearchIndex.MaxRanked ? ByPath : ByBm25)}})
            select r.id, f.path, f.content_hash, r.score, {{matches}} as candidates
            from r join files f on f.id = r.id where {range}
            """,
            parameters,
            SearchHit.ValueOf
        );
    }

    private const string ByBm25 = """
        select f.id, -bm25(file_search, 8.0, 1.0) as score
        from file_search join files f on f.seq = file_search.rowid
        where file_search match @terms and f.workspace_id = @workspace
        """;

    private static readonly string ByPath = $"""
        select id, max(score) as score
        from (select id, 1.0 as score from ({Some("@pathTerms")}) union all select id, 0.0 from ({Some("@terms")}))
        group by id
        """;

    private static string Some(string match) =>
        $"""
            select f.id from file_search join files f on f.seq = file_search.rowid
            where file_search match {match} and f.workspace_id = @workspace limit @candidates
            """;
}
