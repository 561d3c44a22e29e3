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
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(60);
    private readonly Process _watcher;
    private readonly Task<string> _errors;
    private int _target; // What kill(2) takes; 0 while the server is killed.

    private ServerProcess(Process watcher)
    {
        _watcher = watcher;
        _errors = watcher.StandardError.ReadToEndAsync();
        AppDomain.CurrentDomain.ProcessExit += OnExit;
    }

    /// <summary>The loopback port the server listens on.</summary>
    public int Port { get; private set; }

    /// <summary>Whether it was not killed, or was started again.</summary>
    public bool IsRunning => _target != 0;

    /// <summary>The id of the server, which is no more when it was killed.</summary>
    public int ProcessId => Math.Abs(Target());

    /// <summary>Starts <paramref name="kind"/> (<c>postgres</c>, <c>redis</c> or <c>cluster</c>); skips the test when it is not installed.</summary>
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
        var server = new ServerProcess(Process.Start(start)!);
        try
        {
            server.Take(await server.ReadAsync());
            return server;
        }
        catch (EndOfStreamException ended)
        {
            await server._watcher.WaitForExitAsync();
            throw server._watcher.ExitCode == NotInstalled
                ? Services.Missing(
                    $"{ended.Message}. tests/run.sh installs it; or set {variable} to a server the tests may use"
                )
                : new InvalidOperationException(ended.Message);
        }
        finally
        {
            if (!server.IsRunning)
            {
                server.Dispose();
            }
        }
    }

    public void Freeze() => Signals.Freeze(Target());

    public void Thaw() => Signals.Thaw(Target());

    /// <summary>SIGKILL, frozen or not; completes when the server is gone.</summary>
    public async Task KillAsync()
    {
        _target = 0;
        await _watcher.StandardInput.WriteLineAsync("kill");
        _ = await ReadAsync();
    }

    /// <summary>Kills it if it runs, and starts it on its port; completes when it takes connections.</summary>
    public async Task RestartAsync()
    {
        _target = 0;
        await _watcher.StandardInput.WriteLineAsync("start");
        Take(await ReadAsync());
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        try
        {
            _watcher.StandardInput.Close();
        }
        catch (IOException)
        {
            // The watcher has ended by itself.
        }

        _watcher.WaitForExit(StopLimit);
        _watcher.Dispose();
    }

    private int Target() =>
        _target != 0
            ? _target
            : throw new InvalidOperationException(
                $"The server on port {Port} was killed: RestartAsync starts it again."
            );

    private async Task<string> ReadAsync()
    {
        return await _watcher.StandardOutput.ReadLineAsync().WaitAsync(AnswerLimit)
            ?? throw new EndOfStreamException((await _errors).Trim());
    }

    /// <summary>Takes "ready port target".</summary>
    private void Take(string ready)
    {
        var words = ready.Split(' ');
        Port = int.Parse(words[1], CultureInfo.InvariantCulture);
        _target = int.Parse(words[2], CultureInfo.InvariantCulture);
    }

    private void OnExit(object? sender, EventArgs e) => Dispose();
}
