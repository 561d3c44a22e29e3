using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using PerfKit.Benchmarks.Measure;
using PerfKit.TestKit;

namespace PerfKit.Benchmarks.Claims.Streaming.Servers;

/// <summary>
/// A server in a process of its own. It ends when its input closes: on dispose, and by the kernel when this process ends in
/// whatever way. It prints <c>ready port pid</c> when it listens.
/// </summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    /// <summary>HTTP/1.1 with <c>UseDirectSending</c>, our side.</summary>
    public const string Direct = "direct";

    /// <summary>HTTP/1.1 as Kestrel has it, the peer's side.</summary>
    public const string Plain = "plain";

    /// <summary>TLS and HTTP/2.</summary>
    public const string Http2 = "h2";

    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    private readonly Process _process;

    private ServerProcess(Process process, int port, int id)
    {
        _process = process;
        Port = port;
        Id = id;
    }

    public int Port { get; }

    /// <summary>The server's process, of nginx the master.</summary>
    public int Id { get; }

    /// <summary>CPU time of the server and the workers it started.</summary>
    public TimeSpan Cpu => Workers().Aggregate(ProcessCpu.Of(Id), static (sum, worker) => sum + ProcessCpu.Of(worker));

    /// <summary>A child of this program, with the garbage collector that web applications have.</summary>
    public static Task<ServerProcess> StartAsync(Corpus corpus, string connections = Direct)
    {
        var command = ChildRun.Command("download-server", corpus.Root, connections);
        var start = new ProcessStartInfo(command[0], command[1..]);
        start.Environment["DOTNET_gcServer"] = "1";
        return StartAsync(start);
    }

    /// <summary>nginx with sendfile and two workers, its files in the corpus's folder.</summary>
    /// <exception cref="InvalidOperationException">It is not installed.</exception>
    public static Task<ServerProcess> StartNginxAsync(Corpus corpus)
    {
        var nginx = Installed.Find("nginx", package: "nginx-light");
        var port = FreePort.Next();
        var own = Directory.CreateDirectory(Path.Combine(corpus.Root, "nginx")).FullName;
        var configuration = $$"""
            {{(Environment.IsPrivilegedProcess ? "user root;" : "")}}
            daemon off;
            worker_processes 2;
            pid nginx.pid;
            error_log stderr crit;
            events { worker_connections 1024; }
            http {
              access_log off;
              sendfile on;
              tcp_nopush on;
              keepalive_requests 1000000000;
              default_type application/octet-stream;
              client_body_temp_path body;
              proxy_temp_path proxy;
              fastcgi_temp_path fastcgi;
              uwsgi_temp_path uwsgi;
              scgi_temp_path scgi;
              server { listen 127.0.0.1:{{port}}; root {{corpus.Root}}; }
            }
            """;
        File.WriteAllText(Path.Combine(own, "nginx.conf"), configuration);
        const string watch = """
            exec 3<&0
            "$0" -p "$1" -c nginx.conf -e stderr </dev/null 3<&- &
            server=$!
            until [ -s "$1/nginx.pid" ]; do kill -0 $server || exit 1; sleep 0.02; done
            echo "ready $2 $server"
            (cat <&3 >/dev/null; kill -TERM $server) &
            wait $server
            """;
        return StartAsync(
            new ProcessStartInfo("/bin/sh", ["-c", watch, nginx, own, port.ToString(CultureInfo.InvariantCulture)])
        );
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var limit = new CancellationTokenSource(StopLimit);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private static async Task<ServerProcess> StartAsync(ProcessStartInfo start)
    {
        (start.RedirectStandardInput, start.RedirectStandardOutput) = (true, true);
        var process = Process.Start(start)!;
        var line = await process.StandardOutput.ReadLineAsync();
        return line?.Split(' ') is ["ready", var port, var id]
            ? new ServerProcess(
                process,
                int.Parse(port, CultureInfo.InvariantCulture),
                int.Parse(id, CultureInfo.InvariantCulture)
            )
            : throw new InvalidOperationException($"'{start.FileName}' did not start: '{line}'; see its error output.");
    }

    private IEnumerable<int> Workers() =>
        File.ReadAllText($"/proc/{Id}/task/{Id}/children")
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(static id => int.Parse(id, CultureInfo.InvariantCulture));
}
