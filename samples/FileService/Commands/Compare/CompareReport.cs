using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace FileService.Commands.Compare;

/// <summary>Shows a comparison as a table and writes it as JSON, also to where the live page looks.</summary>
internal static class CompareReport
{
    /// <summary>In the data folder; the live page shows it.</summary>
    public const string FileName = "compare.json";

    private const int RedirectedWidth = 150;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static async Task WriteAsync(CompareResult result, string? json, string data, CancellationToken ct)
    {
        Show(result);
        var text = JsonSerializer.Serialize(result, Json);
        if (json is not null)
        {
            await WriteWholeAsync(json, text, ct);
        }

        try
        {
            await WriteWholeAsync(Path.Combine(Path.GetFullPath(data), FileName), text, ct);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"The live page will not show this comparison: {e.Message}");
        }
    }

    /// <summary>Readers see the old file or the new one, never a part.</summary>
    private static async Task WriteWholeAsync(string path, string text, CancellationToken ct)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var temporary = $"{path}.{Environment.ProcessId}.tmp";
        await File.WriteAllTextAsync(temporary, text, ct);
        File.Move(temporary, path, overwrite: true);
    }

    private static void Show(CompareResult result)
    {
        var console = AnsiConsole.Console;
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = RedirectedWidth;
        }

        var table = new Table().Title($"Milliseconds, p50 / p99, at {result.RttMs} ms to a storage and back");
        table.AddColumns("operation", "case");
        foreach (var number in new[] { "before", "after, cold", "after", "ratio", "samples" })
        {
            table.AddColumn(new TableColumn(number).RightAligned());
        }

        table.AddColumn("answers");
        foreach (var row in result.Rows)
        {
            Add(table, row.Operation, "", row.Before, row.AfterCold, row.After, row.Ratio, row.Samples, row.Equal);
        }

        table.AddEmptyRow();
        foreach (var row in result.Detail)
        {
            Add(
                table,
                row.Operation,
                row.Case,
                row.Before,
                row.AfterCold,
                row.After,
                row.Ratio,
                row.Samples,
                row.Equal
            );
        }

        console.Write(table);
    }

    private static void Add(
        Table table,
        string operation,
        string name,
        Percentiles before,
        Percentiles cold,
        Percentiles after,
        double ratio,
        int samples,
        bool equal
    ) =>
        table.AddRow(
            operation,
            name,
            Text(before),
            Text(cold),
            Text(after),
            string.Create(CultureInfo.InvariantCulture, $"{ratio:N1}x"),
            samples.ToString("N0", CultureInfo.InvariantCulture),
            equal ? "equal" : "DIFFER"
        );

    private static string Text(Percentiles times) =>
        string.Create(CultureInfo.InvariantCulture, $"{Text(times.P50Ms)} / {Text(times.P99Ms)}");

    private static string Text(double ms) =>
        ms.ToString(
            ms switch
            {
                < 1 => "0.000",
                < 100 => "0.0",
                _ => "N0",
            },
            CultureInfo.InvariantCulture
        );
}
