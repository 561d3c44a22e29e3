namespace PerfKit.Query.Internal;

/// <summary>The bounded set that a search ranks, as SQL.</summary>
/// <param name="Tables">WITH ..., among it <c>r</c> with key and score.</param>
/// <param name="Count">An expression: how many candidates there were, more than <see cref="SearchQuery.MaxRanked"/> where some were left out.</param>
/// <param name="Parameters">The parameters of both.</param>
internal sealed record SearchCandidates(
    string Tables,
    string Count,
    IReadOnlyCollection<KeyValuePair<string, object>> Parameters
);
