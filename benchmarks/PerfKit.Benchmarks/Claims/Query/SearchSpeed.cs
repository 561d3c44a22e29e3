using System.Diagnostics;
using System.Globalization;
using PerfKit.Benchmarks.Claims.Query.Searches;
using PerfKit.Benchmarks.Gate;

namespace PerfKit.Benchmarks.Claims.Query;

/// <summary>
/// Terms in at most 1 % of 88,681 chunks, evenly from three bands: the median scan by the median search, the worse engine.
/// </summary>
public sealed class SearchSpeed : Claim
{
    private const int TermsPerBand = 8;
    private const int SearchesPerTerm = 20;

    public override string Area => "query";
    public override string Id => "search-speed";
    public override Bar Bar => Bar.AtLeast(100, "x", ">= 100x");

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        const int Percent = SearchCorpus.Chunks / 100;
        string[][] bands =
        [
            [.. SearchTerms.Between(1, 1, TermsPerBand)],
            [.. SearchTerms.Between(2, Percent / 10, TermsPerBand)],
            [.. SearchTerms.Between((Percent / 10) + 1, Percent, TermsPerBand)],
        ];
        var results = new List<(double Ratio, string Note)>();
        foreach (var stand in await SearchStands.LargeAsync())
        {
            var scan = new List<double>();
            var search = new List<List<double>>();
            foreach (var band in bands)
            {
                search.Add([]);
                foreach (var term in band)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    scan.Add(await MillisecondsAsync(() => stand.ScanAsync(term)));
                    var query = SearchStand.Query(term);
                    for (var i = 0; i < SearchesPerTerm; i++)
                    {
                        search[^1].Add(await MillisecondsAsync(() => stand.FindAsync(query)));
                    }
                }
            }

            var ratio = Median(scan) / Median(search.SelectMany(static band => band));
            results.Add(
                (
                    ratio,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{stand.Engine}: {ratio:0}x, scan {Median(scan):0} ms, search {string.Join(", ", search.Select(b => Median(b).ToString("0.00", CultureInfo.InvariantCulture)))} ms for terms in 1, to 0.1 % and to 1 % of the chunks"
                    )
                )
            );
        }

        return new Measured(
            results.Min(static r => r.Ratio),
            "x",
            string.Join("; ", results.Select(static r => r.Note))
        );
    }

    private static async Task<double> MillisecondsAsync<T>(Func<Task<T>> run)
    {
        var start = Stopwatch.GetTimestamp();
        await run();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
