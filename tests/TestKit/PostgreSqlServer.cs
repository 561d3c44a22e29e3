using System.Collections.Concurrent;
using Npgsql;

namespace PerfKit.TestKit;

/// <summary>
/// A PostgreSQL for tests: the one <c>PERFKIT_TEST_POSTGRES</c> (a connection string of a role that may create databases)
/// names, else a private one on a loopback port with throw-away data.
/// </summary>
public sealed class PostgreSqlServer : IAsyncDisposable
{
    private const string Variable = "PERFKIT_TEST_POSTGRES";
    private static readonly Lazy<Task<PostgreSqlServer>> Shared = new(StartOrSkipAsync);
    private readonly ConcurrentBag<string> _databases = [];
    private readonly ServerProcess? _process;

    private PostgreSqlServer(string connectionString, ServerProcess? process)
    {
        ConnectionString = connectionString;
        _process = process;
    }

    /// <summary>Connects to the server's maintenance database.</summary>
    public string ConnectionString { get; }

    /// <summary>
    /// The server all tests of this process share, started on first use and stopped when the process ends; skips the
    /// calling test where there is none.
    /// </summary>
    public static Task<PostgreSqlServer> SharedAsync() => Shared.Value;

    /// <summary>A server of the caller's own (or the given one), about 1.5 s to start; skips the calling test where there is none.</summary>
    public static async Task<PostgreSqlServer> StartOrSkipAsync()
    {
        if (Services.Given(Variable) is { } given)
        {
            var server = new PostgreSqlServer(given, process: null);
            AppDomain.CurrentDomain.ProcessExit += (_, _) => server.DropDatabasesAsync().Wait(TimeSpan.FromSeconds(10));
            return server;
        }

        return await StartPrivateAsync();
    }

    /// <summary>A private server even where one is given: for tests that stop it.</summary>
    public static async Task<PostgreSqlServer> StartPrivateAsync()
    {
        var process = await ServerProcess.StartAsync("postgres", Variable);
        return new PostgreSqlServer($"Host=127.0.0.1;Port={process.Port};Username=postgres;Database=postgres", process);
    }

    /// <summary>Makes an empty database and returns its connection string; it is dropped with the server or when the process ends.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"perfkit_{Guid.CreateVersion7():N}";
        await ExecuteAsync($"create database {name} template template0 encoding 'UTF8'");
        _databases.Add(name);
        return new NpgsqlConnectionStringBuilder(ConnectionString)
        {
            Database = name,
            ConnectionIdleLifetime = 10, // seconds: hundreds of test databases share one server's connections
            ConnectionPruningInterval = 5,
        }.ConnectionString;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is null)
        {
            await DropDatabasesAsync();
        }

        _process?.Dispose();
    }

    private async Task DropDatabasesAsync()
    {
        while (_databases.TryTake(out var name))
        {
            await ExecuteAsync($"drop database if exists {name} with (force)");
        }
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false }.ConnectionString
        );
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
