namespace PerfKit.Query;

/// <summary>A document that matches.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Score">How well it matches, higher is better. Comparable within one query on one engine.</param>
public sealed record SearchHit<TKey>(TKey Key, double Score)
    where TKey : notnull;

/// <summary>A page of matches.</summary>
/// <param name="Page">The matches in the page's order, with the cursors of the pages beside it.</param>
/// <param name="IsPartial">
/// Whether there were more than <see cref="SearchQuery.MaxRanked"/> matches, so that some stand on no page of this search.
/// </param>
public sealed record SearchHits<TKey>(KeysetPage<SearchHit<TKey>> Page, bool IsPartial)
    where TKey : notnull;
