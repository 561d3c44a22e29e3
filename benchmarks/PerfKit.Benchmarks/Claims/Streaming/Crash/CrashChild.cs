using System.Diagnostics;
using System.Globalization;

namespace PerfKit.Benchmarks.Claims.Streaming.Crash;

/// <summary>This program once more as a <see cref="CrashServer"/>: started, asked for its port, killed with SIGKILL.</summary>
internal sealed class CrashChild : IDisposable
{
    private readonly Process _process;

    private CrashChild(Process process, int port)
    {
        _process = process;
        Address = new Uri($"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}");
    }

    public Uri Address { get; }

    public static async Task<CrashChild> StartAsync(string root, bool hasty, CancellationToken cancellationToken)
    {
        var host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        string[] arguments =
        [
            typeof(CrashChild).Assembly.Location,
            "child",
            CrashServer.Name,
            root,
            hasty ? "hasty" : "store",
        ];
        var process = Process.Start(
            new ProcessStartInfo(host, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                Environment = { ["DOTNET_TieredPGO"] = "0" }, // Lives for a fraction of a second.
            }
        )!;
        try
        {
            var line = await process.StandardOutput.ReadLineAsync(cancellationToken);
            return int.TryParse(line, CultureInfo.InvariantCulture, out var port)
                ? new CrashChild(process, port)
                : throw new InvalidOperationException($"The server said '{line}' instead of its port.");
        }
        catch
        {
            process.Kill();
            process.Dispose();
            throw;
        }
    }

    /// <summary>SIGKILL: no handler, no finally, no flush runs in the child.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Waits until the killed process is gone, and with it its locks.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => _process.WaitForExitAsync(cancellationToken);

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
