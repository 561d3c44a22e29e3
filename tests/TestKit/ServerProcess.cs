using System.Diagnostics;
using System.Globalization;

namespace PerfKit.TestKit;

/// <summary>
/// A private server under <c>server.sh</c>, which stops it as soon as our end of its standard input is closed: on dispose,
/// and by the kernel when this process ends in whatever way.
/// </summary>
internal sealed class ServerProcess : IDisposable
{
    private const int NotInstalled = 69;
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);
    private readonly Process _watcher;

    private ServerProcess(Process watcher, int port)
    {
        _watcher = watcher;
        Port = port;
        AppDomain.CurrentDomain.ProcessExit += OnExit;
    }

    /// <summary>The loopback port the server listens on.</summary>
    public int Port { get; }

    /// <summary>Starts <paramref name="kind"/> (<c>postgres</c> or <c>redis</c>); skips the test when it is not installed.</summary>
    public static async Task<ServerProcess> StartAsync(string kind, string variable)
    {
        if (OperatingSystem.IsWindows())
        {
            throw Services.Missing(
                $"No private {kind} server on Windows: set {variable} to a server the tests may use"
            );
        }

        var start = new ProcessStartInfo("/bin/sh", [Path.Combine(AppContext.BaseDirectory, "server.sh"), kind])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = AppContext.BaseDirectory, // below the clone, where the tool manifest is found
        };
        var watcher = Process.Start(start)!;
        var errors = watcher.StandardError.ReadToEndAsync();
        if (
            await watcher.StandardOutput.ReadLineAsync() is { } line
            && line.StartsWith("ready ", StringComparison.Ordinal)
        )
        {
            return new ServerProcess(watcher, int.Parse(line["ready ".Length..], CultureInfo.InvariantCulture));
        }

        await watcher.WaitForExitAsync();
        var reason = (await errors).Trim();
        throw watcher.ExitCode == NotInstalled
            ? Services.Missing($"{reason}. tests/run.sh installs it; or set {variable} to a server the tests may use")
            : new InvalidOperationException(reason);
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        _watcher.StandardInput.Close();
        _watcher.WaitForExit(StopLimit);
        _watcher.Dispose();
    }

    private void OnExit(object? sender, EventArgs e) => Dispose();
}
