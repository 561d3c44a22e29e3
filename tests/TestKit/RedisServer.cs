namespace PerfKit.TestKit;

/// <summary>
/// A Redis for tests: the one <c>PERFKIT_TEST_REDIS</c> (<c>host:port</c>) names, else a private one on a loopback port:
/// redis-server where it is installed, else Garnet from the tool manifest.
/// </summary>
public sealed class RedisServer : IAsyncDisposable
{
    private const string Variable = "PERFKIT_TEST_REDIS";
    private static readonly Lazy<Task<RedisServer>> Shared = new(StartOrSkipAsync);
    private readonly ServerProcess? _process;
    private readonly bool _isPrivate;

    private RedisServer(string connectionString, ServerProcess? process, bool isPrivate)
    {
        ConnectionString = connectionString;
        _process = process;
        _isPrivate = isPrivate;
    }

    /// <summary>The address, <c>host:port</c>.</summary>
    public string ConnectionString { get; }

    /// <summary>Whether it was not killed, or was started again.</summary>
    public bool IsRunning => _process?.IsRunning ?? true;

    /// <summary>The loopback port of a private server, for a proxy before it.</summary>
    public int Port => Private.Port;

    /// <summary>The process id of a private server that runs; the one of the tool that runs it where it is Garnet.</summary>
    public int ProcessId => Private.ProcessId;

    private ServerProcess Private =>
        _isPrivate
            ? _process!
            : throw new InvalidOperationException(
                $"The Redis at {ConnectionString} may serve others: RedisServer.StartPrivateAsync gives one to break."
            );

    /// <summary>The server all tests of this process share; skips the calling test where there is none.</summary>
    public static Task<RedisServer> SharedAsync() => Shared.Value;

    /// <summary>An empty server of the caller's own (or the given one); skips the calling test where there is none.</summary>
    public static async Task<RedisServer> StartOrSkipAsync() =>
        Services.Given(Variable) is { } given
            ? new RedisServer(given, process: null, isPrivate: false)
            : await StartAsync("redis", isPrivate: false);

    /// <summary>An empty private server even where one is given: for tests that freeze, kill and start it again.</summary>
    public static Task<RedisServer> StartPrivateAsync() => StartAsync("redis", isPrivate: true);

    /// <summary>A node of a cluster that has no slots yet.</summary>
    internal static Task<RedisServer> StartClusterNodeAsync() => StartAsync("cluster", isPrivate: true);

    /// <summary>
    /// SIGSTOP: connections stay and nothing is answered, new ones are taken by the system and not served. It takes effect
    /// before this returns.
    /// </summary>
    /// <exception cref="InvalidOperationException">The server is not private, or was killed.</exception>
    public void Freeze() => Private.Freeze();

    /// <summary>SIGCONT: what was sent meanwhile is answered. Harmless to a server that runs.</summary>
    /// <exception cref="InvalidOperationException">The server is not private, or was killed.</exception>
    public void Thaw() => Private.Thaw();

    /// <summary>SIGKILL, also to a frozen server; when this completes, connections are refused. Harmless when repeated.</summary>
    /// <exception cref="InvalidOperationException">The server is not private.</exception>
    public Task KillAsync() => Private.KillAsync();

    /// <summary>Kills it if it runs, and starts it empty on the same port (a node of a cluster knows its cluster again).</summary>
    /// <returns>When it takes connections, about 0.1 s.</returns>
    /// <exception cref="InvalidOperationException">The server is not private.</exception>
    public Task RestartAsync() => Private.RestartAsync();

    public ValueTask DisposeAsync()
    {
        _process?.Dispose();
        return ValueTask.CompletedTask;
    }

    private static async Task<RedisServer> StartAsync(string kind, bool isPrivate)
    {
        var process = await ServerProcess.StartAsync(kind, Variable);
        return new RedisServer($"127.0.0.1:{process.Port}", process, isPrivate);
    }
}
