using System.Diagnostics;
using System.Globalization;
using PerfKit.Benchmarks.Claims.Query.Searches;
using PerfKit.Benchmarks.Gate;
using PerfKit.Query;

namespace PerfKit.Benchmarks.Claims.Query;

/// <summary>
/// The first page of any term in 80 MB of text: every beginning of one and two letters, the commonest words alone and together,
/// words of every frequency, and pieces of the text of three characters and more, where its trigrams are common, rare or none;
/// the slowest, as the median of five runs, in the worse engine.
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
        var words = Terms().Distinct(StringComparer.Ordinal).ToList();
        var needles = Needles().Distinct(StringComparer.Ordinal).ToList();
        var worst = new List<(double Milliseconds, string Note)>();
        foreach (var stand in await SearchStands.LargeAsync())
        {
            var found = new List<(double, string)>();
            foreach (var term in words)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var query = SearchStand.Query(term);
                found.Add((await MedianAsync(() => stand.FindAsync(query)), term));
            }

            worst.Add(Slowest($"{stand.Engine} words", found));
            found.Clear();
            foreach (var needle in needles)
            {
                cancellationToken.ThrowIfCancellationRequested();
                found.Add((await MedianAsync(() => stand.FindSubstringAsync(needle)), needle));
            }

            worst.Add(Slowest($"{stand.Engine} substrings", found));
        }

        return new Measured(
            worst.Max(static w => w.Milliseconds),
            "ms",
            $"{words.Count} words, {needles.Count} pieces; {string.Join("; ", worst.Select(static w => w.Note))}"
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

    /// <summary>Pieces that are there, and pieces glued from the halves of two: all common trigrams, seldom a match.</summary>
    private static IEnumerable<string> Needles()
    {
        var random = new Random(11);
        for (var i = 0; i < 150; i++)
        {
            var (one, other) = (Piece(random), Piece(random));
            yield return one;
            yield return string.Concat(one.AsSpan(0, (one.Length + 1) / 2), other.AsSpan(other.Length / 2));
        }

        foreach (
            var needle in (string[])
                ["the", "ile", "ing", "e t", "100%", "e_c", "---", "***", "://", "tionthe", "zzzzz", "q-q"]
        )
        {
            yield return needle;
        }
    }

    private static string Piece(Random random)
    {
        var text = SearchCorpus.All[random.Next(SearchCorpus.Chunks)].Text;
        var length = 3 + random.Next(18);
        return text.Substring(random.Next(text.Length - length), length);
    }

    private static (double, string) Slowest(string what, List<(double Milliseconds, string Term)> times)
    {
        times.Sort();
        return (
            times[^1].Milliseconds,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{what}: {string.Join(", ", times.TakeLast(3).Reverse().Select(static t => $"'{t.Term.ReplaceLineEndings(" ")}' {t.Milliseconds:0.0} ms"))}, median {times[times.Count / 2].Milliseconds:0.0} ms"
            )
        );
    }

    private static async Task<double> MedianAsync(Func<Task> find)
    {
        var times = new List<double>();
        for (var i = 0; i < Runs; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await find();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        times.Sort();
        return times[Runs / 2];
    }
}
