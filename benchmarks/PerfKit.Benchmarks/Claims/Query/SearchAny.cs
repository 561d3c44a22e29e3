using System.Diagnostics;
using System.Globalization;
using PerfKit.Benchmarks.Claims.Query.Searches;
using PerfKit.Benchmarks.Gate;
using PerfKit.Query;

namespace PerfKit.Benchmarks.Claims.Query;

/// <summary>
/// The first page of any term in 80 MB of text: every beginning of one and two letters, the commonest words alone and together,
/// words of every frequency; the slowest, as the median of five runs, in the worse engine.
/// </summary>
public sealed class SearchAny : Claim
{
    private const int Runs = 5;
    private const string Letters = "abcdefghijklmnopqrstuvwxyz0123456789";

    public override string Area => "query";
    public override string Id => "search-any";
    public override Bar Bar => Bar.AtMost(50, "ms", "<= 50 ms");

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var terms = Terms().Distinct(StringComparer.Ordinal).ToList();
        var worst = new List<(double Milliseconds, string Note)>();
        foreach (var stand in await SearchStands.LargeAsync())
        {
            var times = new List<(double Milliseconds, string Term)>();
            foreach (var term in terms)
            {
                cancellationToken.ThrowIfCancellationRequested();
                times.Add((await MedianAsync(stand, SearchStand.Query(term)), term));
            }

            times.Sort();
            worst.Add(
                (
                    times[^1].Milliseconds,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{stand.Engine}: {string.Join(", ", times.TakeLast(3).Reverse().Select(static t => $"'{t.Term}' {t.Milliseconds:0.0} ms"))}, median {times[times.Count / 2].Milliseconds:0.0} ms"
                    )
                )
            );
        }

        return new Measured(
            worst.Max(static w => w.Milliseconds),
            "ms",
            $"{terms.Count} terms; {string.Join("; ", worst.Select(static w => w.Note))}"
        );
    }

    private static IEnumerable<string> Terms()
    {
        var common = SearchTerms.ByCommonness.Take(40).Select(static t => t.Word).ToList();
        return
        [
            .. Letters.Select(static c => $"{c}"),
            .. Letters.SelectMany(static c => Letters.Select(d => $"{c}{d}")),
            .. common,
            .. common.Zip(common.Skip(1), static (a, b) => $"{a} {b}"),
            string.Join(' ', common.Take(SearchQuery.MaxWords)),
            .. common.Take(10).Select(static word => $"{word} a"),
            .. common.Take(10).Select(static word => $"{SearchStand.Marker} {word}"),
            .. SearchTerms.Between(900, 1_100, 10),
            .. SearchTerms.Between(1_100, 10_000, 40),
            .. SearchTerms.Between(10_000, SearchCorpus.Chunks, 40),
            "absentword",
            new string('a', SearchQuery.MaxChars),
        ];
    }

    private static async Task<double> MedianAsync(SearchStand stand, SearchQuery query)
    {
        var times = new List<double>();
        for (var i = 0; i < Runs; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await stand.FindAsync(query);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        times.Sort();
        return times[Runs / 2];
    }
}
