namespace PerfKit.Query;

/// <summary>How a search index differed from its documents.</summary>
/// <param name="Documents">Documents that were looked at.</param>
/// <param name="Missing">Documents without an entry.</param>
/// <param name="Stale">Documents whose title, text or scope is not the one that was indexed.</param>
/// <param name="Surplus">Entries without a document.</param>
public sealed record SearchDrift(long Documents, long Missing, long Stale, long Surplus)
{
    /// <summary>Whether index and documents agreed.</summary>
    public bool IsNone => Missing + Stale + Surplus == 0;
}
