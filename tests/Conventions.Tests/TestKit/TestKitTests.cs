using System.Net.Sockets;
using Npgsql;
using PerfKit.TestKit;

namespace Conventions.Tests.TestKit;

public sealed class TestKitTests
{
    [SkippableFact]
    public async Task PostgreSqlServer_gives_each_caller_an_empty_utf8_database()
    {
        var server = await PostgreSqlServer.SharedAsync();
        var first = await server.CreateDatabaseAsync();
        var second = await server.CreateDatabaseAsync();

        first.Should().NotBe(second);
        await using var data = NpgsqlDataSource.Create(first);
        await using var command = data.CreateCommand(
            "select current_setting('server_encoding') || ' ' || count(*) from pg_tables where schemaname = 'public'"
        );
        (await command.ExecuteScalarAsync()).Should().Be("UTF8 0");
    }

    [SkippableFact]
    public async Task RedisServer_answers_a_ping()
    {
        var server = await RedisServer.SharedAsync();

        (await Ping.AskAsync(server.ConnectionString)).Should().Be("+PONG");
    }

    [SkippableFact]
    public async Task RedisServer_is_stopped_on_dispose()
    {
        var server = await RedisServer.StartPrivateAsync();
        await server.DisposeAsync();

        var ping = () => Ping.AskAsync(server.ConnectionString);

        await ping.Should().ThrowAsync<SocketException>();
    }

    [Fact]
    public void TempFolder_is_deleted_with_what_lies_in_it()
    {
        string path;
        using (var folder = new TempFolder())
        {
            path = folder.Path;
            File.WriteAllText(folder.File("a.txt"), "a");
        }

        Directory.Exists(path).Should().BeFalse();
    }

    [Fact]
    public void FreePort_can_be_bound_at_once()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, FreePort.Next());

        listener.Invoking(l => l.Start()).Should().NotThrow();
    }

    [Fact]
    public void FreePort_gives_no_port_twice_and_none_that_an_outgoing_connection_could_take()
    {
        var ports = Enumerable.Range(0, 200).Select(static _ => FreePort.Next()).ToList();

        ports.Should().OnlyHaveUniqueItems().And.OnlyContain(static port => port < 32_768);
    }
}
