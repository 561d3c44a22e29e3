using System.Data.Common;
using FileService.Files.Search;
using PerfKit.Query;

namespace FileService.Data.Search;

/// <summary>The full-text index over path, name and text; it is written in the transaction that writes the file.</summary>
internal interface ISearchIndex
{
    /// <summary>The most matches that are ranked; with more, an answer says it is partial.</summary>
    const int MaxRanked = 1_000;

    /// <summary>What a ranked page is ordered by.</summary>
    static readonly KeysetFields Ranking = new KeysetFields()
        .Add<double>("score", "r.score")
        .UniqueBy<Guid>("id", "r.id");

    Task PutAsync(WriteScope scope, StoredFile file, string? text);

    Task RemoveAsync(WriteScope scope, StoredFile file);

    /// <summary>A page of files that hold every word; each row also says how many candidates were ranked.</summary>
    Task<KeysetPage<SearchHit>> FindAsync(DbConnection connection, Guid workspace, SearchQuery query, KeysetQuery page);
}

/// <summary>A match as the index finds it.</summary>
internal sealed class SearchHit
{
    public Guid Id { get; init; }
    public string Path { get; init; } = "";
    public string ContentHash { get; init; } = "";
    public double Score { get; init; }
    public long Candidates { get; init; }

    public static object ValueOf(SearchHit hit, string field) => field == "id" ? hit.Id : hit.Score;
}
