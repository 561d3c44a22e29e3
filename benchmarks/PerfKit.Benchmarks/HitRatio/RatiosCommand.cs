using System.Globalization;
using PerfKit.Benchmarks.HitRatio.Loads;
using PerfKit.Benchmarks.HitRatio.Sized;

namespace PerfKit.Benchmarks.HitRatio;

/// <summary>
/// <c>ratios</c>: hit ratios of PerfKit's cache and its peers, over the seeded loads or recorded traces. Exit 0, or 2 when
/// the arguments make no sense.
/// </summary>
internal static class RatiosCommand
{
    public static async Task<int> RunAsync(IReadOnlyList<string> args)
    {
        if (!RatiosOptions.TryParse(args, out var options, out var error))
        {
            await Console.Error.WriteLineAsync($"{error}{Environment.NewLine}{RatiosOptions.Usage}");
            return 2;
        }

        if (options.Sizes)
        {
            PrintSized(SizedLab.Run(SizedLoads(options)));
        }
        else
        {
            Print(RatioLab.Run(Loads(options)));
        }

        return 0;
    }

    private static List<Load> Loads(RatiosOptions options) =>
        options.Traces.Count > 0
            ? [.. options.Traces.Select(t => TraceFile.Load(t, options.Capacities))]
            :
            [
                .. LoadCatalog
                    .All.Where(l => options.Loads.Count == 0 || options.Loads.Contains(l.Name))
                    .Select(l =>
                        options.Capacities.Count == 0
                            ? l
                            : l with
                            {
                                Capacities = [.. options.Capacities.Select(c => checked((int)c))],
                            }
                    ),
            ];

    private static List<SizedLoad> SizedLoads(RatiosOptions options) =>
        options.Traces.Count > 0
            ? [.. options.Traces.Select(t => TraceFile.SizedLoad(t, options.Capacities))]
            :
            [
                .. SizedLoad
                    .All.Where(l => options.Loads.Count == 0 || options.Loads.Contains(l.Name))
                    .Select(l =>
                        options.Capacities.Count == 0 ? l : l with { CapacitiesBytes = [.. options.Capacities] }
                    ),
            ];

    private static void Print(RatioTable table)
    {
        var policies = RatioLab.Policies.Select(p => p.Name).ToList();
        Write("load", "capacity", [.. policies, "ours - best other"]);
        foreach (var point in table.Points)
        {
            Write(
                point.Load,
                Plain(point.Capacity),
                [.. policies.Select(p => Percent(point.Of(p))), Points(point.LeadPoints)]
            );
        }

        Write("mean share of OPT, %", "", [.. policies.Select(p => Fixed(table.MeanShareOfOpt(p))), ""]);
    }

    private static void PrintSized(IReadOnlyList<SizedPoint> points)
    {
        string[] columns = ["ours", "GDSF", "LRU", "ours - GDSF", "bytes: ours", "GDSF", "LRU"];
        Write("load (hits by object)", "bytes", columns);
        foreach (var p in points)
        {
            Write(
                p.Load,
                Plain(p.CapacityBytes),
                [
                    Percent(p.Ours.Objects),
                    Percent(p.Gdsf.Objects),
                    Percent(p.Lru.Objects),
                    Points(p.LeadPoints),
                    Percent(p.Ours.Bytes),
                    Percent(p.Gdsf.Bytes),
                    Percent(p.Lru.Bytes),
                ]
            );
        }

        Write("mean, points", "", ["", "", "", Points(points.Average(p => p.LeadPoints))]);
    }

    private static void Write(string name, string capacity, IReadOnlyList<string> figures) =>
        Console.WriteLine(
            $"{name, -22} {capacity, 11}  {string.Join("  ", figures.Select(f => f.PadLeft(8)))}".TrimEnd()
        );

    private static string Plain(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Percent(double ratio) => Fixed(100 * ratio);

    private static string Fixed(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    private static string Points(double value) => value.ToString("+0.00;-0.00", CultureInfo.InvariantCulture);
}
