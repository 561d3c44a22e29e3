using System.Text.Json;

namespace PerfKit.Benchmarks.Gate;

/// <summary>
/// <c>gate</c>: measures the claims and prints one line each. Exit 0 when all hold, 1 when one is short, 2 when one could
/// not run or the arguments make no sense.
/// </summary>
public static class GateCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static async Task<int> RunAsync(IReadOnlyList<string> args)
    {
        var all = ClaimCatalog.Find();
        if (!GateOptions.TryParse(args, out var options, out var error) || !AreasExist(options, all, out error))
        {
            await Console.Error.WriteLineAsync($"{error}{Environment.NewLine}{GateOptions.Usage}");
            return 2;
        }

        var verdicts = new List<Verdict>();
        var runner = new ClaimRunner(KnownShort.Load(), options.Quick);
        foreach (var (claim, create) in all.Where(c => options.Wants(c.Claim)))
        {
            var verdict = await runner.RunAsync(claim, create);
            verdicts.Add(verdict);
            Console.WriteLine(verdict.Line);
        }

        if (options.JsonPath is { } path)
        {
            await File.WriteAllTextAsync(path, JsonSerializer.Serialize(verdicts, Json));
        }

        return ExitCode(verdicts);
    }

    private static int ExitCode(List<Verdict> verdicts) =>
        verdicts.Count == 0 || verdicts.Any(v => v.Outcome == Outcome.NotRun) ? 2
        : verdicts.Any(v => v.Outcome == Outcome.Missed) ? 1
        : 0;

    private static bool AreasExist(GateOptions options, IReadOnlyList<FoundClaim> all, out string error)
    {
        var known = all.Select(c => c.Claim.Area).Distinct().ToList();
        var ids = all.Select(c => $"{c.Claim.Area}/{c.Claim.Id}");
        var unknown = options.Areas.Except(known).Except(ids).FirstOrDefault();
        error = unknown is null
            ? ""
            : $"There is no area or claim '{unknown}'; the areas are: {string.Join(", ", known)}";
        return unknown is null;
    }
}
