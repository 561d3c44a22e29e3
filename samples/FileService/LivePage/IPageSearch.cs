namespace FileService.LivePage;

/// <summary>The search behind the page's search box. Optional: without it the page has no box.</summary>
internal interface IPageSearch
{
    /// <summary>Whether anyone who sees the page may search: only a service without keys.</summary>
    bool IsOpen { get; }

    /// <summary>The best matches, at most ten.</summary>
    ValueTask<PageSearchAnswer> SearchAsync(string q, CancellationToken ct);
}

/// <summary>Matches, or the sentence that says why the words cannot be searched.</summary>
internal sealed record PageSearchAnswer(IReadOnlyList<PageHit> Hits, string? Fault = null);

/// <summary>A found file; its snippet is HTML: escaped text with mark tags.</summary>
internal sealed record PageHit(Guid Id, string Path, string Snippet);
