using System.Diagnostics;
using System.Globalization;
using PerfKit.TestKit;

namespace PerfKit.Benchmarks.Claims.Streaming.Uploads;

/// <summary>The <see cref="UploadHost"/> in a process of its own; it ends when its input closes.</summary>
internal sealed class UploadServer : IAsyncDisposable
{
    private readonly Process _process;

    private UploadServer(Process process, int port)
    {
        _process = process;
        Port = port;
    }

    public int Port { get; }

    public TimeSpan Cpu => _process.TotalProcessorTime;

    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    public static async Task<UploadServer> StartAsync(string root, bool isDurable)
    {
        var host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        string[] arguments =
        [
            typeof(UploadServer).Assembly.Location,
            "child",
            "upload-host",
            root,
            isDurable ? "durable" : "fast",
        ];
        var start = new ProcessStartInfo(host, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["DOTNET_gcServer"] = "1";
        var process = Process.Start(start)!;
        var line = await process.StandardOutput.ReadLineAsync();
        return line?.Split(' ') is ["ready", var port, _]
            ? new UploadServer(process, int.Parse(port, CultureInfo.InvariantCulture))
            : throw new InvalidOperationException($"The upload server did not start: '{line}'.");
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
