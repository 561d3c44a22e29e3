using System.Diagnostics;
using PerfKit.TestKit;
using PerfKit.TestKit.Load;

namespace PerfKit.Benchmarks.Claims.Host;

/// <summary>The tree imported twice by the built program, on one engine.</summary>
internal sealed record ImportRun(double FirstSeconds, double SecondSeconds, double PeakMegabytes)
{
    public static readonly SharedRun<ImportRun> Sqlite = new(() => RunAsync(null));

    public static readonly SharedRun<ImportRun> PostgreSql = new(async () =>
        await RunAsync(await (await PostgreSqlServer.SharedAsync()).CreateDatabaseAsync())
    );

    private static async Task<ImportRun> RunAsync(string? postgreSql)
    {
        var tree = DocumentationTree.Folder;
        using var data = new TempFolder();
        string[] arguments = ["import", tree, "--workspace", "docs", "--data", data.Path];
        var first = await TimeAsync(arguments, postgreSql, $"{DocumentationTree.Files} new");
        var second = await TimeAsync(arguments, postgreSql, $"0 new, 0 replaced, {DocumentationTree.Files} unchanged");
        return new ImportRun(first.Seconds, second.Seconds, Math.Max(first.Megabytes, second.Megabytes));
    }

    private static async Task<(double Seconds, double Megabytes)> TimeAsync(
        string[] arguments,
        string? postgreSql,
        string expected
    )
    {
        var started = Stopwatch.GetTimestamp();
        using var process = Process.Start(ServiceProgram.Start(arguments, postgreSql))!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        var peak = 0L;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!process.HasExited)
        {
            process.Refresh();
            peak = Math.Max(peak, ResidentMemory.PeakOf(process));
            await timer.WaitForNextTickAsync();
        }

        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return process.ExitCode == 0 && (await output).Contains(expected, StringComparison.Ordinal)
            ? (seconds, peak / 1e6)
            : throw new InvalidOperationException($"import ended with {process.ExitCode}: {await output}{await error}");
    }
}

/// <summary>Peak resident set: the kernel's own mark on Linux, the best sample elsewhere.</summary>
internal static class ResidentMemory
{
    public static long PeakOf(Process process)
    {
        try
        {
            return process.HasExited ? 0 : process.PeakWorkingSet64;
        }
        catch (InvalidOperationException)
        {
            return 0; // It ended between the two looks; the samples before it count.
        }
    }
}
