using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;

namespace PerfKit.TestKit.Load;

/// <summary>A file service in a process of its own on a free loopback port, killed (by its own pid) on dispose.</summary>
public sealed class ServiceProcess : IAsyncDisposable
{
    private const int KeptCharacters = 64 * 1024;
    private static readonly TimeSpan PollPeriod = TimeSpan.FromMilliseconds(40);
    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private ServiceProcess(Process process, int port)
    {
        _process = process;
        Port = port;
        Client = ClientFor("dev");
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        AppDomain.CurrentDomain.ProcessExit += OnExit;
    }

    /// <summary>The loopback port it listens on.</summary>
    public int Port { get; }

    /// <summary>The process id.</summary>
    public int Id => _process.Id;

    /// <summary>Whether the process has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>A client that sends <c>X-Api-Key: dev</c>.</summary>
    public HttpClient Client { get; }

    /// <summary>What it wrote to its output and error, the last 64 K characters.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Starts it and waits (bounded) until it is ready; throws with its output when it ends before.</summary>
    public static async Task<ServiceProcess> StartAsync(ServiceStart start)
    {
        var port = FreePort.Next();
        string[] arguments = ["--urls", $"http://127.0.0.1:{port}", "--data", start.Data, .. start.Arguments];
        var service = new ServiceProcess(Process.Start(ServiceProgram.Start(arguments, start.PostgreSql))!, port);
        if (!start.AwaitReady)
        {
            return service;
        }

        try
        {
            await service.WaitForAsync("/health/ready", HttpStatusCode.OK, start.ReadyWithin);
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    /// <summary>A new client with this key (null: none). The caller disposes it.</summary>
    public HttpClient ClientFor(string? key)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false })
        {
            BaseAddress = new Uri($"http://127.0.0.1:{Port}"),
            Timeout = TimeSpan.FromSeconds(100),
        };
        if (key is not null)
        {
            client.DefaultRequestHeaders.Add("X-Api-Key", key);
        }

        return client;
    }

    /// <summary>Asks until the answer has <paramref name="status"/>; <see cref="TimeoutException"/> with the output otherwise.</summary>
    public async Task WaitForAsync(string url, HttpStatusCode status, TimeSpan within)
    {
        using var limit = new CancellationTokenSource(within);
        using var timer = new PeriodicTimer(PollPeriod);
        using var client = ClientFor(key: null);
        var last = "no answer";
        try
        {
            while (await timer.WaitForNextTickAsync(limit.Token))
            {
                if (_process.HasExited)
                {
                    throw new InvalidOperationException($"The service ended with {_process.ExitCode}: {Output}");
                }

                try
                {
                    using var response = await client.GetAsync(url, limit.Token);
                    last = $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync(limit.Token)}";
                    if (response.StatusCode == status)
                    {
                        return;
                    }
                }
                catch (HttpRequestException e)
                {
                    last = e.Message;
                }
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw new TimeoutException($"{url} was not {(int)status} within {within}, last: {last}; output: {Output}");
        }
    }

    /// <summary>Waits for its end and returns the exit code.</summary>
    public async Task<int> WaitForExitAsync(TimeSpan within)
    {
        using var limit = new CancellationTokenSource(within);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    /// <summary>SIGKILL, and waits until the process is gone. Harmless when it already is.</summary>
    public void Kill()
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            return; // It has already ended.
        }

        _process.WaitForExit();
    }

    /// <summary>Resident set in bytes, from <c>/proc</c> on Linux, else what the system reports.</summary>
    public long ResidentBytes()
    {
        if (!OperatingSystem.IsLinux())
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }

        var line = File.ReadLines($"/proc/{Id}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        var kibibytes = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1];
        return long.Parse(kibibytes, CultureInfo.InvariantCulture) * 1024;
    }

    public ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        Kill();
        Client.Dispose();
        _process.Dispose();
        return ValueTask.CompletedTask;
    }

    private void OnExit(object? sender, EventArgs e) => Kill();

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_output)
        {
            _output.AppendLine(line);
            if (_output.Length > KeptCharacters)
            {
                _output.Remove(0, _output.Length - KeptCharacters);
            }
        }
    }
}
