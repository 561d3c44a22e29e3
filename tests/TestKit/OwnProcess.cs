using System.Diagnostics;
using System.Threading.Channels;

namespace PerfKit.TestKit;

/// <summary>
/// A process that a test starts and tells what to do by lines, and that it freezes, thaws and kills by its own id. It ends
/// with its owner, even when that one is killed. Processes that it starts itself are its own matter.
/// </summary>
public sealed class OwnProcess : IAsyncDisposable
{
    private const int KeptLines = 1_000;
    private static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(10);

    // Waits for the owner's end of its standard input to be closed: by the kernel, however the owner ends.
    private const string Guard = "trap '' INT TERM HUP; read -r id; read -r _; kill -s KILL \"$id\"";

    private readonly Process _process;
    private readonly Process? _guard;
    private readonly Queue<string> _output = new();
    private readonly Channel<string> _lines = Channel.CreateBounded<string>(
        new BoundedChannelOptions(100_000) { FullMode = BoundedChannelFullMode.DropOldest }
    );
    private bool _isGuardGone;
    private bool _isDisposed;
    private int _open = 2; // Output and error.

    private OwnProcess(ProcessStartInfo start)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        if (!OperatingSystem.IsWindows())
        {
            _guard = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Guard]) { RedirectStandardInput = true })!;
        }

        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Keep(line.Data, isOutput: true);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data, isOutput: false);
        _process.Exited += (_, _) => EndGuard(); // It must not kill another process that gets the id.
        _process.Start();
        TellGuard();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        AppDomain.CurrentDomain.ProcessExit += OnExit;
    }

    /// <summary>The process id.</summary>
    public int Id => _process.Id;

    /// <summary>Whether the process has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>The last 1,000 lines it wrote to its output and error, for messages.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return string.Join('\n', _output);
            }
        }
    }

    /// <summary>Starts one of our own programs as it was built: <c>dotnet program.dll arguments</c>.</summary>
    /// <param name="dll">The full path of the program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <returns>The running process.</returns>
    public static OwnProcess StartProgram(string dll, params string[] arguments) =>
        Start(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [dll, .. arguments]);

    /// <summary>Starts a command.</summary>
    /// <param name="command">Its path, or a name on PATH.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <returns>The running process.</returns>
    public static OwnProcess Start(string command, params string[] arguments) =>
        new(new ProcessStartInfo(command, arguments));

    /// <summary>The next line of its output that begins so; those before it are passed over.</summary>
    /// <param name="beginning">How the line begins; empty for any line.</param>
    /// <param name="within">How long to wait.</param>
    /// <returns>The whole line.</returns>
    /// <exception cref="TimeoutException">No such line came; the message has the output.</exception>
    /// <exception cref="InvalidOperationException">The process ended before; the message has the output.</exception>
    public async Task<string> WaitForLineAsync(string beginning, TimeSpan within)
    {
        using var limit = new CancellationTokenSource(within);
        try
        {
            await foreach (var line in _lines.Reader.ReadAllAsync(limit.Token))
            {
                if (line.StartsWith(beginning, StringComparison.Ordinal))
                {
                    return line;
                }
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"No line '{beginning}...' within {within}; output: {Output}");
        }

        throw new InvalidOperationException($"The process ended before it wrote '{beginning}...': {Output}");
    }

    /// <summary>Writes a line to its input.</summary>
    /// <param name="line">Without its end.</param>
    /// <exception cref="IOException">The process has ended.</exception>
    public void Send(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
    }

    /// <summary>Closes its input.</summary>
    public void SendEnd() => _process.StandardInput.Close();

    /// <summary>SIGSTOP, and waits until it stands still.</summary>
    public void Freeze() => Signals.Freeze(Id);

    /// <summary>SIGCONT. Harmless when it runs.</summary>
    public void Thaw() => Signals.Thaw(Id);

    /// <summary>SIGKILL, frozen or not, and waits until the process is gone. Harmless when it already is.</summary>
    public void Kill()
    {
        _process.Kill(); // Nothing is done to a process that has ended.
        _process.WaitForExit(KillLimit);
    }

    /// <summary>Waits for its end.</summary>
    /// <param name="within">How long to wait.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="OperationCanceledException">It goes on.</exception>
    public async Task<int> WaitForExitAsync(TimeSpan within)
    {
        using var limit = new CancellationTokenSource(within);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        if (!_isDisposed)
        {
            _isDisposed = true;
            Kill();
            EndGuard();
            _process.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    private void TellGuard()
    {
        try
        {
            _guard?.StandardInput.WriteLine(_process.Id);
        }
        catch (IOException)
        {
            // The process has ended, and so has its guard.
        }
    }

    private void EndGuard()
    {
        lock (_output)
        {
            if (_guard is not null && !_isGuardGone)
            {
                _isGuardGone = true;
                _guard.Kill();
                _guard.WaitForExit(KillLimit);
                _guard.Dispose();
            }
        }
    }

    private void OnExit(object? sender, EventArgs e) => Kill();

    private void Keep(string? line, bool isOutput)
    {
        if (line is null)
        {
            if (Interlocked.Decrement(ref _open) == 0)
            {
                _lines.Writer.TryComplete();
            }

            return;
        }

        lock (_output)
        {
            _output.Enqueue(line);
            if (_output.Count > KeptLines)
            {
                _output.Dequeue();
            }
        }

        if (isOutput)
        {
            _lines.Writer.TryWrite(line);
        }
    }
}
