using FileService.Before;
using FileService.Data;
using FileService.Files;
using FileService.Files.Caching;
using FileService.Rollout;
using Microsoft.Data.Sqlite;
using PerfKit.Query;

namespace FileService.Commands.Compare;

/// <summary>Searches words; a cold search has no cached result, and a new connection with nothing of the database in its memory.</summary>
internal sealed class SearchComparison(CompareContext context)
{
    private const int Terms = 50;
    private const int Beside = 5;
    private const int Searches = 2;
    private const int WarmUps = 30;
    private const double TimeShare = 0.6;

    private readonly NaiveFileSearcher _before = context.Services.Get<NaiveFileSearcher>();
    private readonly FileSearcher _after = context.Services.Get<FileSearcher>();
    private readonly MetadataCache _metadata = context.Services.Get<MetadataCache>();

    public async Task<CompareOutcome> RunAsync(long files, CancellationToken ct)
    {
        List<SearchQuery> rare;
        List<SearchQuery> medium;
        List<SearchQuery> common;
        await using (var connection = await context.Services.Get<Database>().OpenAsync(ct))
        {
            (rare, medium, common) = await new TermDraw(connection, files).DrawAsync(Terms, Beside);
        }

        foreach (var query in rare.Concat(medium).Concat(common).Take(WarmUps))
        {
            await _after.SearchAsync(context.Workspace, query, null, KeysetPages.DefaultLimit, ct);
        }

        context.Say($"search: {rare.Count} rare terms, {medium.Count} medium, {common.Count} common");
        var end = context.Deadline.EndOf(TimeShare);
        var mediumTimes = await MeasureAsync(medium, 1, end, ct);
        var commonTimes = await MeasureAsync(common, 1, end, ct);
        var rareTimes = await MeasureAsync(rare, Searches, end, ct);
        return new CompareOutcome(
            rareTimes.ToRow("search"),
            [
                mediumTimes.ToDetail("search", "terms in 1 % to 10 % of the files"),
                commonTimes.ToDetail("search", "terms in more than 10 % of the files"),
            ]
        );
    }

    private async Task<Timings> MeasureAsync(List<SearchQuery> queries, int rounds, TimeSpan end, CancellationToken ct)
    {
        var timings = new Timings();
        for (var i = 0; i < rounds * queries.Count && (i == 0 || context.Deadline.Elapsed < end); i++)
        {
            await SampleAsync(queries[i % queries.Count], i + (i / queries.Count), timings, ct);
        }

        return timings;
    }

    private async Task SampleAsync(SearchQuery query, int turn, Timings timings, CancellationToken ct)
    {
        var (before, (cold, warm)) = await CompareContext.InTurnAsync(
            turn,
            () => context.TimeAsync(() => BeforeAsync(query, ct)),
            () => ColdThenWarmAsync(query, ct)
        );
        timings.Add(before.Ms, cold.Ms, warm.Ms);
        var all = before.Answer.Matches.Select(static match => match.Id).ToHashSet();
        var answer = await SearchAnswer.OfAsync(_after, context.Workspace, query, ct);
        timings.Agree(
            answer.AgreesWith(all)
                && cold.Answer.Items.All(item => all.Contains(item.Id))
                && warm.Answer.Items.Select(static i => i.Id).SequenceEqual(cold.Answer.Items.Select(static i => i.Id))
                && warm.Answer.Items.Count == before.Answer.Page.Items.Count
        );
    }

    /// <summary>A search of the before side, whose matches are kept to be compared: it reads the whole workspace.</summary>
    private async Task<(List<NaiveMatch> Matches, SearchPage Page)> BeforeAsync(SearchQuery query, CancellationToken ct)
    {
        var matches = await _before.FindAsync(context.Workspace, query, ct);
        return (matches, await _before.PageAsync(context.Workspace, query, matches, 0, KeysetPages.DefaultLimit, ct));
    }

    private async Task<((SearchPage Answer, double Ms) Cold, (SearchPage Answer, double Ms) Warm)> ColdThenWarmAsync(
        SearchQuery query,
        CancellationToken ct
    )
    {
        await _metadata.RemoveAsync(new Invalidation([], [CacheKeys.TagOf(context.Workspace.Id)]));
        SqliteConnection.ClearAllPools();
        var cold = await context.TimeAsync(() => AfterAsync(query, ct));
        return (cold, await context.TimeAsync(() => AfterAsync(query, ct)));
    }

    private Task<SearchPage> AfterAsync(SearchQuery query, CancellationToken ct) =>
        _after.SearchAsync(context.Workspace, query, null, KeysetPages.DefaultLimit, ct);
}
