using System.Globalization;
using PerfKit.Benchmarks.Claims.Query.Searches;
using PerfKit.Benchmarks.Gate;
using PerfKit.Benchmarks.Measure;

namespace PerfKit.Benchmarks.Claims.Query;

/// <summary>A term that 20 documents hold: its first page among 88,681 chunks of text by that among 5,542, the worse engine.</summary>
public sealed class SearchScale : Claim
{
    public override string Area => "query";
    public override string Id => "search-scale";
    public override Bar Bar => Bar.AtMost(1.3, "x", "<= 1.3x");

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var query = SearchStand.Query(SearchStand.Marker);
        var rounds = new PairedRounds();
        var results = new List<(double Ratio, string Note)>();
        foreach (var (large, small) in (await SearchStands.LargeAsync()).Zip(await SearchStands.SmallAsync()))
        {
            var result = await rounds.RunAsync(Repeat(large), Repeat(small), cancellationToken);
            results.Add(
                (
                    result.WallRatio,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{large.Engine}: {result.SubjectNanoseconds / 1000:0} us against {result.PeerNanoseconds / 1000:0} us, control {result.ControlRatio:0.##}"
                    )
                )
            );
        }

        return new Measured(
            results.Max(static r => r.Ratio),
            "x",
            string.Join("; ", results.Select(static r => r.Note))
        );

        Func<int, Task> Repeat(SearchStand stand) =>
            async operations =>
            {
                for (var i = 0; i < operations; i++)
                {
                    var hits = await stand.FindAsync(query);
                    if (hits.Page.Items.Count < 20 || hits.IsPartial)
                    {
                        throw new InvalidOperationException($"{hits.Page.Items.Count} hits where 20 are.");
                    }
                }
            };
    }
}
