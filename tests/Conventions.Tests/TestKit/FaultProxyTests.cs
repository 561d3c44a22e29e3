using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using PerfKit.TestKit.Faults;

namespace Conventions.Tests.TestKit;

/// <summary>The proxy does what it says, and nothing else.</summary>
public sealed class FaultProxyTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(200);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private FaultProxy _proxy = null!;

    public Task InitializeAsync()
    {
        _listener.Start();
        _proxy = FaultProxy.Start(((IPEndPoint)_listener.LocalEndpoint).Port);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await _proxy.DisposeAsync();

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task Bytes_arrive_unchanged_in_both_directions_however_they_are_sliced_and_delayed()
    {
        _proxy.ToServer.MostTogether = 50;
        _proxy.ToClients.MostTogether = 7;
        _proxy.ToClients.Jitter = TimeSpan.FromMilliseconds(3);
        using var pair = await ConnectAsync();
        var sent = new byte[64 << 10];
        new Random(1).NextBytes(sent);

        var echo = EchoAsync(pair.Server, sent.Length);
        await pair.Client.SendAsync(sent);

        (await ReadAsync(pair.Client, sent.Length)).Should().Equal(sent);
        await echo;
    }

    [Fact]
    public async Task Latency_delays_each_piece_but_pieces_travel_together()
    {
        _proxy.ToServer.Latency = _proxy.ToClients.Latency = TimeSpan.FromMilliseconds(100);
        using var pair = await ConnectAsync();
        var echo = EchoAsync(pair.Server, 50);
        var watch = Stopwatch.StartNew();

        for (var i = 0; i < 50; i++)
        {
            await pair.Client.SendAsync(new byte[1]);
        }

        await ReadAsync(pair.Client, 50);
        await echo;
        watch.Elapsed.Should().BeGreaterThan(TimeSpan.FromMilliseconds(180)).And.BeLessThan(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Bandwidth_bounds_what_gets_through()
    {
        _proxy.ToServer.BytesPerSecond = 100_000;
        using var pair = await ConnectAsync();
        var watch = Stopwatch.StartNew();

        var reading = ReadAsync(pair.Server, 50_000);
        await pair.Client.SendAsync(new byte[50_000]);
        await reading;

        // The last piece of 16 KB is paid for after it has arrived.
        watch.Elapsed.Should().BeGreaterThan(TimeSpan.FromMilliseconds(300));
    }

    [Fact]
    public async Task A_cut_lets_so_many_bytes_pass_and_resets_behind_them_once()
    {
        using var pair = await ConnectAsync();
        _proxy.ToClients.CutAfter(1_000);
        await pair.Server.SendAsync(new byte[5_000]);

        var received = 0;
        var read = async () =>
        {
            while (true)
            {
                var count = await pair.Client.ReceiveAsync(new byte[300]).WaitAsync(Long);
                received += count > 0 ? count : throw new InvalidOperationException("An orderly end is no cut.");
            }
        };
        await read.Should().ThrowAsync<SocketException>();
        received.Should().BeLessThanOrEqualTo(1_000, "a reset may overtake what was not read yet");

        using var next = await ConnectAsync();
        await next.Server.SendAsync(new byte[5_000]);
        (await ReadAsync(next.Client, 5_000)).Should().HaveCount(5_000);
    }

    [Fact]
    public async Task Held_bytes_arrive_when_they_are_let_go()
    {
        using var pair = await ConnectAsync();
        _proxy.ToServer.IsHeld = true;
        await pair.Client.SendAsync("ping"u8.ToArray());
        var reading = ReadAsync(pair.Server, 4);

        await reading.Invoking(static it => it.WaitAsync(Silence)).Should().ThrowAsync<TimeoutException>();
        _proxy.ToServer.IsHeld = false;

        (await reading).Should().Equal("ping"u8.ToArray());
    }

    [Fact]
    public async Task Reset_is_heard_on_both_sides()
    {
        using var pair = await ConnectAsync();

        _proxy.Reset();

        await FluentActions.Awaiting(() => ReadAsync(pair.Client, 1)).Should().ThrowAsync<SocketException>();
        await FluentActions.Awaiting(() => ReadAsync(pair.Server, 1)).Should().ThrowAsync<SocketException>();
    }

    [Fact]
    public async Task A_half_open_connection_ends_for_the_server_alone_and_loses_what_the_client_sends()
    {
        using var pair = await ConnectAsync();

        _proxy.HalfOpen();

        await FluentActions.Awaiting(() => ReadAsync(pair.Server, 1)).Should().ThrowAsync<SocketException>();
        var reading = ReadAsync(pair.Client, 1);
        for (var i = 0; i < 1_000; i++)
        {
            await pair.Client.SendAsync(new byte[10_000]).WaitAsync(Long);
        }

        await reading.Invoking(static it => it.WaitAsync(Silence)).Should().ThrowAsync<TimeoutException>();
        _proxy.Reset();
        await reading.Invoking(static it => it).Should().ThrowAsync<SocketException>();
    }

    [Fact]
    public async Task Refused_connections_and_a_server_that_is_not_there_are_resets()
    {
        _proxy.Refuses = true;
        await FluentActions.Awaiting(ConnectAndReadAsync).Should().ThrowAsync<SocketException>();

        _proxy.Refuses = false;
        _listener.Stop();
        await FluentActions.Awaiting(ConnectAndReadAsync).Should().ThrowAsync<SocketException>();

        async Task ConnectAndReadAsync()
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, _proxy.Port);
            await ReadAsync(client.Client, 1);
        }
    }

    [Fact]
    public async Task An_orderly_end_stays_one()
    {
        using var pair = await ConnectAsync();

        await pair.Client.SendAsync("last"u8.ToArray());
        pair.Client.Shutdown(SocketShutdown.Send);

        (await ReadAsync(pair.Server, 4)).Should().Equal("last"u8.ToArray());
        (await pair.Server.ReceiveAsync(new byte[1])).Should().Be(0);
    }

    private async Task<Pair> ConnectAsync()
    {
        var client = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, _proxy.Port);
        return new Pair(client, await _listener.AcceptSocketAsync().WaitAsync(Long));
    }

    private static async Task EchoAsync(Socket socket, int bytes)
    {
        var buffer = new byte[4_096];
        for (var left = bytes; left > 0; )
        {
            var count = await socket.ReceiveAsync(buffer);
            await socket.SendAsync(buffer.AsMemory(0, count));
            left -= count;
        }
    }

    private static async Task<byte[]> ReadAsync(Socket socket, int bytes)
    {
        var read = new byte[bytes];
        for (var at = 0; at < bytes; )
        {
            var count = await socket.ReceiveAsync(read.AsMemory(at)).AsTask().WaitAsync(Long);
            at += count > 0 ? count : throw new InvalidOperationException($"The connection ended after {at} bytes.");
        }

        return read;
    }

    private sealed record Pair(Socket Client, Socket Server) : IDisposable
    {
        public void Dispose()
        {
            Client.Dispose();
            Server.Dispose();
        }
    }
}
