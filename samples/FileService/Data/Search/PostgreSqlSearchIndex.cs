using System.Data.Common;
using Dapper;
using FileService.Files.Search;
using PerfKit.Query;

namespace FileService.Data.Search;

/// <summary>Search in PostgreSQL: a tsvector a file under a GIN index, ranked by ts_rank.</summary>
internal sealed class PostgreSqlSearchIndex : ISearchIndex
{
    private static readonly PostgreSqlDialect Dialect = new();

    public Task PutAsync(WriteScope scope, StoredFile file, string? text) =>
        scope.Connection.ExecuteAsync(
            """
            insert into file_search (file_id, workspace_id, terms) values (@Id, @WorkspaceId, cast(@terms as tsvector))
            on conflict (file_id) do update set terms = excluded.terms
            """,
            new
            {
                file.Id,
                file.WorkspaceId,
                terms = TermVector.ForPostgreSql(file.Path, text),
            },
            scope.Transaction
        );

    /// <summary>Nothing to do: the row goes with the file's.</summary>
    public Task RemoveAsync(WriteScope scope, StoredFile file) => Task.CompletedTask;

    public Task<KeysetPage<SearchHit>> FindAsync(
        DbConnection connection,
        Guid workspace,
        SearchQuery query,
        KeysetQuery page
    ) =>
        connection.QueryPageAsync<SearchHit>(
            Dialect,
            page,
            """
            with c as materialized (
                select s.file_id, s.terms from file_search s
                where s.terms @@ cast(@terms as tsquery) and s.workspace_id = @workspace
                limit @candidates),
            r as (
                select c.file_id as id, cast(ts_rank(c.terms, cast(@terms as tsquery)) as double precision) as score
                from c)
            select r.id, r.score, f.path, f.content_hash, (select count(*) from c) as candidates
            from r join files f on f.id = r.id where {range}
            """,
            new
            {
                terms = query.ToTsQuery(),
                workspace,
                candidates = ISearchIndex.MaxRanked + 1,
            },
            SearchHit.ValueOf
        );
}
