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

    private RedisServer(string connectionString, ServerProcess? process)
    {
        ConnectionString = connectionString;
        _process = process;
    }

    /// <summary>The address, <c>host:port</c>.</summary>
    public string ConnectionString { get; }

    /// <summary>The server all tests of this process share; skips the calling test where there is none.</summary>
    public static Task<RedisServer> SharedAsync() => Shared.Value;

    /// <summary>An empty server of the caller's own (or the given one); skips the calling test where there is none.</summary>
    public static async Task<RedisServer> StartOrSkipAsync()
    {
        if (Services.Given(Variable) is { } given)
        {
            return new RedisServer(given, process: null);
        }

        return await StartPrivateAsync();
    }

    /// <summary>An empty private server even where one is given: for tests that stop it.</summary>
    public static async Task<RedisServer> StartPrivateAsync()
    {
        var process = await ServerProcess.StartAsync("redis", Variable);
        return new RedisServer($"127.0.0.1:{process.Port}", process);
    }

    public ValueTask DisposeAsync()
    {
        _process?.Dispose();
        return ValueTask.CompletedTask;
    }
}
