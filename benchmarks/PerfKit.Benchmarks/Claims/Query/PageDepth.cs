using System.Globalization;
using PerfKit.Benchmarks.Claims.Query.Pages;
using PerfKit.Benchmarks.Gate;
using PerfKit.Benchmarks.Measure;

namespace PerfKit.Benchmarks.Claims.Query;

/// <summary>The time of page 10,000 and of page 100,000 by that of page 1, the worst of nine orders on both engines.</summary>
public sealed class PageDepth : Claim
{
    public override string Area => "query";
    public override string Id => "page-depth";
    public override Bar Bar => Bar.AtMost(1.3, "x", "<= 1.3x");

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        var rounds = new PairedRounds { Rounds = 11, SideLength = TimeSpan.FromMilliseconds(30) };
        var ratios = new List<(double Ratio, string What)>();
        foreach (var (table, pages) in await DeepTables.GetAsync())
        {
            foreach (var (order, cursors) in pages)
            {
                for (var i = 1; i < cursors.Length; i++)
                {
                    var deep = cursors[i];
                    var result = await rounds.RunAsync(
                        Repeat(() => table.PageAsync(order, deep)),
                        Repeat(() => table.PageAsync(order, null)),
                        cancellationToken
                    );
                    ratios.Add(
                        (
                            result.WallRatio,
                            string.Create(
                                CultureInfo.InvariantCulture,
                                $"{table.Dialect.Name} {order} page {DeepTables.Depths[i]}: {result.SubjectNanoseconds / 1000:0} us "
                                    + $"against {result.PeerNanoseconds / 1000:0} us, control {result.ControlRatio:0.##}"
                            )
                        )
                    );
                }
            }
        }

        ratios.Sort();
        var median = ratios[ratios.Count / 2].Ratio.ToString("0.##", CultureInfo.InvariantCulture);
        return new Measured(ratios[^1].Ratio, "x", $"{ratios[^1].What}; median of {ratios.Count}: {median} x");
    }

    private static Func<int, Task> Repeat<T>(Func<Task<T>> run) =>
        async operations =>
        {
            for (var i = 0; i < operations; i++)
            {
                await run();
            }
        };
}
