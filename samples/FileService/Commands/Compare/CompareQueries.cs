using System.Data.Common;
using Dapper;
using FileService.Data;
using PerfKit.Query;

namespace FileService.Commands.Compare;

/// <summary>SQL that draws what is measured. Compare always runs embedded, so this is SQLite's.</summary>
internal static class CompareQueries
{
    /// <summary>Every file of a workspace, one at a time, in path order.</summary>
    public static IAsyncEnumerable<FileRow> EachFileAsync(this DbConnection connection, Guid workspace) =>
        connection.QueryUnbufferedAsync<FileRow>(
            $"select {FileQueries.Columns} from files f where f.workspace_id = @workspace order by f.path",
            new { workspace }
        );

    /// <summary>Every token of the index with the number of files that hold it, one at a time.</summary>
    public static async IAsyncEnumerable<(string Term, long Files)> EachTermAsync(this DbConnection connection)
    {
        await connection.ExecuteAsync(
            "create virtual table if not exists temp.compare_terms using fts5vocab (main, file_search, row)"
        );
        await foreach (
            var row in connection.QueryUnbufferedAsync<(string, long)>("select term, doc from temp.compare_terms")
        )
        {
            yield return row;
        }
    }

    /// <summary>How many files match, the last word as the beginning of a token, as a search counts them.</summary>
    public static Task<long> CountMatchesAsync(this DbConnection connection, SearchQuery query) =>
        connection.ExecuteScalarAsync<long>(
            "select count(*) from file_search where file_search match @terms",
            new { terms = string.Join(" AND ", query.Words.Select(static word => $"\"{word}\"")) + "*" }
        );
}
