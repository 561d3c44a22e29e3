using System.Data.Common;
using Dapper;
using FileService.Files.Search;
using PerfKit.Query;

namespace FileService.Data.Search;

/// <summary>Search in SQLite: a contentless FTS5 table of tokens, ranked by bm25 with the path weighing more.</summary>
internal sealed class SqliteSearchIndex : ISearchIndex
{
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

    public async Task<List<SearchHit>> FindAsync(
        DbConnection connection,
        Guid workspace,
        SearchQuery query,
        KeysetQuery page
    )
    {
        var parameters = new DynamicParameters(page.Parameters.ToDictionary());
        parameters.Add("terms", query.ToFts5());
        parameters.Add("workspace", workspace);
        parameters.Add("candidates", ISearchIndex.MaxRanked + 1);
        return (
            await connection.QueryAsync<SearchHit>(
                $"""
                with r as materialized (
                    select f.id, f.path, f.content_hash, -bm25(file_search, 8.0, 1.0) as score
                    from file_search join files f on f.seq = file_search.rowid
                    where file_search match @terms and f.workspace_id = @workspace
                    limit @candidates)
                select r.id, r.path, r.content_hash, r.score, (select count(*) from r) as candidates
                from r where {page.Where} order by {page.OrderBy} limit {page.Take}
                """,
                parameters
            )
        ).AsList();
    }
}
