using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using FileService.Commands.Compare;
using FileService.Setup;

namespace FileService.Commands;

/// <summary>Measures every operation before and after, and whether both answer alike.</summary>
internal static class CompareCommand
{
    private const double MaxRttMs = 1_000;

    public static Command Build(Func<ParseResult, CommandSettings> settings)
    {
        var folder = new Option<DirectoryInfo>("--folder")
        {
            Description = "The files to compare with; by default the demo documents.",
            DefaultValueFactory = static _ => new DirectoryInfo(Initializer.DemoFolder),
        };
        folder.AcceptExistingOnly();
        var rtt = new Option<double>("--rtt")
        {
            Description = "Round trip to a storage resource in milliseconds, 0 to 1000.",
            DefaultValueFactory = static _ => 2,
            CustomParser = ParseRtt,
        };
        var json = new Option<FileInfo?>("--json") { Description = "Where to write the figures as JSON." };
        var command = new Command("compare", "Measures each operation before and after, in a temporary data folder.")
        {
            folder,
            rtt,
            json,
        };
        command.SetAction(
            async (parsed, ct) =>
            {
                var run = new CompareRun(
                    settings(parsed),
                    parsed.GetRequiredValue(folder).FullName,
                    parsed.GetValue(rtt),
                    TimeProvider.System
                );
                var result = await run.RunAsync(ct);
                await CompareReport.WriteAsync(result, parsed.GetValue(json)?.FullName, settings(parsed).Data, ct);
                return result.Rows.All(static row => row.Equal) && result.Detail.All(static row => row.Equal) ? 0 : 1;
            }
        );
        return command;
    }

    private static double ParseRtt(ArgumentResult given)
    {
        var text = given.Tokens[0].Value;
        if (
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var ms)
            && ms is >= 0 and <= MaxRttMs
        )
        {
            return ms;
        }

        given.AddError($"--rtt is {text}; allowed is 0 to {MaxRttMs} milliseconds.");
        return 0;
    }
}
