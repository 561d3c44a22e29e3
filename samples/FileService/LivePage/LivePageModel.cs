namespace FileService.LivePage;

/// <summary>Everything the page shows at one moment.</summary>
/// <param name="At">When it was read.</param>
/// <param name="Store">What is stored; null when the database has not answered yet.</param>
/// <param name="StoreFault">Why what is stored is missing or old; null when it is fresh.</param>
/// <param name="Meters">The figures of the <c>PerfKit.*</c> meters.</param>
/// <param name="Compare">The last comparison; null when there is none.</param>
internal sealed record LivePageModel(
    DateTimeOffset At,
    StoreSummary? Store,
    string? StoreFault,
    IReadOnlyList<MeterReading> Meters,
    LastCompare? Compare
);

/// <summary>What a visitor asked for, beside what everybody sees.</summary>
/// <param name="CanSearch">Whether the page has a search box.</param>
/// <param name="Query">The words typed; null when nothing was.</param>
/// <param name="Answer">What they found.</param>
internal sealed record PageVisit(bool CanSearch, string? Query, PageSearchAnswer? Answer);
