using System.Diagnostics;

namespace PerfKit.TestKit.Load;

/// <summary>The built file service, found beside the calling assembly in the artifacts folder; never <c>dotnet run</c>.</summary>
public static class ServiceProgram
{
    /// <summary>The full path of <c>artifacts/bin/FileService/&lt;configuration&gt;/FileService.dll</c>.</summary>
    public static string Path { get; } = Find();

    /// <summary>What starts the program with <paramref name="arguments"/>, its output redirected.</summary>
    public static ProcessStartInfo Start(IEnumerable<string> arguments, string? postgreSql = null)
    {
        var host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        var start = new ProcessStartInfo(host, [Path, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = System.IO.Path.GetDirectoryName(Path)!,
        };
        foreach (var inherited in start.Environment.Keys.Where(IsConfiguration).ToArray())
        {
            start.Environment.Remove(inherited);
        }

        if (postgreSql is not null)
        {
            start.Environment["ConnectionStrings__postgres"] = postgreSql;
        }

        return start;
    }

    /// <summary>Runs one command to its end; kills it and throws <see cref="TimeoutException"/> after <paramref name="within"/>.</summary>
    public static async Task<CommandResult> RunAsync(
        IEnumerable<string> arguments,
        TimeSpan within,
        string? postgreSql = null
    )
    {
        using var process = Process.Start(Start(arguments, postgreSql))!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(within);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException($"Not done within {within}: {await output}{await error}");
        }

        return new CommandResult(process.ExitCode, await output, await error);
    }

    private static bool IsConfiguration(string variable) =>
        variable.StartsWith("ConnectionStrings__", StringComparison.OrdinalIgnoreCase)
        || variable.StartsWith("ASPNETCORE_", StringComparison.OrdinalIgnoreCase);

    private static string Find()
    {
        // artifacts/bin/<this project>/<configuration>/
        var here = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(System.IO.Path.DirectorySeparatorChar));
        var bin = here.Parent!.Parent!.FullName;
        return System.IO.Path.Combine(bin, "FileService", here.Name, "FileService.dll");
    }
}

/// <summary>How a command ended and what it wrote.</summary>
public sealed record CommandResult(int ExitCode, string Output, string Error)
{
    /// <summary>Output and error, for messages.</summary>
    public string All => Output + Error;
}
