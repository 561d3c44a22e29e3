using System.Diagnostics;
using System.Text.Json;

namespace PerfKit.Benchmarks.Claims;

/// <summary>This program once more, as a child that measures one thing.</summary>
internal static class ChildRun
{
    /// <summary>The child's report.</summary>
    /// <exception cref="InvalidOperationException">It ended with an error; the message has its output.</exception>
    public static async Task<T> ReportAsync<T>(CancellationToken cancellationToken, params string[] arguments)
    {
        var (exitCode, output, error) = await RunAsync(null, arguments, cancellationToken);
        return exitCode == 0
            ? Parse<T>(output)
            : throw new InvalidOperationException($"child {string.Join(' ', arguments)} ended {exitCode}: {error}");
    }

    public static T Parse<T>(string output) =>
        JsonSerializer.Deserialize<T>(output.TrimEnd().Split('\n')[^1])
        ?? throw new InvalidOperationException("The child gave no report.");

    /// <summary>The command line of a child.</summary>
    public static string[] Command(params string[] arguments) =>
        [
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            typeof(ChildRun).Assembly.Location,
            "child",
            .. arguments,
        ];

    /// <summary>Runs a child to its end, from its first instruction on inside a cgroup if one is given.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(
        string? cgroup,
        string[] arguments,
        CancellationToken cancellationToken
    )
    {
        var program = Command(arguments);
        string[] command = cgroup is null
            ? program
            : ["/bin/sh", "-c", "echo $$ > \"$0/cgroup.procs\" && exec \"$@\"", cgroup, .. program];
        using var process = Process.Start(
            new ProcessStartInfo(command[0], command[1..])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return (process.ExitCode, await output, await error);
        }
        catch
        {
            process.Kill();
            throw;
        }
    }
}
