namespace PerfKit.Benchmarks.Gate;

/// <summary>What the command line of <c>gate</c> asks for.</summary>
public sealed record GateOptions(IReadOnlyList<string> Areas, bool Quick, bool Soak, string? JsonPath)
{
    public const string Usage = "usage: -- gate [area | area/id ...] [--quick] [--soak] [--json file]";

    /// <summary>Reads the arguments; false with a sentence when they make no sense.</summary>
    public static bool TryParse(IReadOnlyList<string> args, out GateOptions options, out string error)
    {
        var areas = new List<string>();
        var (quick, soak, json) = (false, false, (string?)null);
        error = "";
        for (var i = 0; i < args.Count && error.Length == 0; i++)
        {
            switch (args[i])
            {
                case "--quick":
                    quick = true;
                    break;
                case "--soak":
                    soak = true;
                    break;
                case "--json" when i + 1 < args.Count:
                    json = args[++i];
                    break;
                case ['-', ..]:
                    error = args[i] == "--json" ? "--json needs a file" : $"'{args[i]}' is no option of gate";
                    break;
                default:
                    areas.Add(args[i]);
                    break;
            }
        }

        options = new GateOptions(areas, quick, soak, json);
        return error.Length == 0;
    }

    public bool Wants(Claim claim) =>
        (Areas.Count == 0 || Areas.Contains(claim.Area) || Areas.Contains($"{claim.Area}/{claim.Id}"))
        && (!Quick || claim.Quick)
        && (Soak || !claim.Soak);
}
