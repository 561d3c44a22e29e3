using System.Globalization;
using PerfKit.Benchmarks.HitRatio.Loads;

namespace PerfKit.Benchmarks.HitRatio;

/// <summary>What the command line of <c>ratios</c> asks for.</summary>
internal sealed record RatiosOptions(
    IReadOnlyList<string> Traces,
    IReadOnlyList<string> Loads,
    IReadOnlyList<long> Capacities,
    bool Sizes
)
{
    private const long Least = 3; // BitFaster's least.

    public const string Usage = "usage: -- ratios [--load name,...] [--trace file]... [--capacity n,...] [--sizes]";

    /// <summary>Reads the arguments; false with a sentence when they make no sense.</summary>
    public static bool TryParse(IReadOnlyList<string> args, out RatiosOptions options, out string error)
    {
        var (traces, loads, capacities, sizes) = (new List<string>(), new List<string>(), new List<long>(), false);
        error = "";
        for (var i = 0; i < args.Count && error.Length == 0; i++)
        {
            switch (args[i])
            {
                case "--sizes":
                    sizes = true;
                    break;
                case "--trace" when i + 1 < args.Count:
                    traces.Add(args[++i]);
                    error = TraceFile.Fault(args[i]);
                    break;
                case "--load" when i + 1 < args.Count:
                    loads.AddRange(args[++i].Split(','));
                    break;
                case "--capacity" when i + 1 < args.Count:
                    error = AddCapacities(args[++i], capacities);
                    break;
                case "--trace" or "--load" or "--capacity":
                    error = $"{args[i]} needs a value";
                    break;
                default:
                    error = $"'{args[i]}' is no option of ratios";
                    break;
            }
        }

        options = new RatiosOptions(traces, loads, capacities, sizes);
        error = error.Length > 0 ? error : options.Fault();
        return error.Length == 0;
    }

    private static string AddCapacities(string list, List<long> capacities)
    {
        foreach (var text in list.Split(','))
        {
            if (!long.TryParse(text, CultureInfo.InvariantCulture, out var capacity) || capacity < Least)
            {
                return $"'{text}' is no capacity; a whole number from {Least} is";
            }

            capacities.Add(capacity);
        }

        return "";
    }

    private string Fault()
    {
        if (!Sizes && Capacities.FirstOrDefault(c => c > int.MaxValue) is > 0 and var tooMuch)
        {
            return $"A capacity of {tooMuch} entries is too much; --sizes takes bytes";
        }

        var known = Sizes ? Sized.SizedLoad.All.Select(l => l.Name) : LoadCatalog.All.Select(l => l.Name);
        var unknown = Loads.Except(known).FirstOrDefault();
        return unknown is null ? "" : $"There is no load '{unknown}'; there are: {string.Join(", ", known)}";
    }
}
