using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace PerfKit.TestKit.Faults;

/// <summary>One client's connection through the proxy.</summary>
internal sealed class FaultLink(Socket client, FaultProxy proxy, int seed) : IDisposable
{
    private const int MostBytes = 16 << 10;
    private const int MostUnderWay = 256;

    private readonly Socket _server = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private volatile bool _isHalfOpen;

    public static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It has ended by itself.
        }

        socket.Dispose();
    }

    public async Task RunAsync(IPEndPoint server, CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            client.NoDelay = true;
            await ConnectAsync(server, end.Token);
            await Task.WhenAll(
                CarryAsync(client, _server, proxy.ToServer, end),
                CarryAsync(_server, client, proxy.ToClients, end)
            );
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One side has ended: so does the other.
        }

        Dispose();
    }

    /// <summary>Ends both sides at once.</summary>
    public void Dispose()
    {
        Reset(client);
        Reset(_server);
    }

    public void HalfOpen()
    {
        _isHalfOpen = true;
        Reset(_server);
    }

    private async Task ConnectAsync(IPEndPoint server, CancellationToken end)
    {
        try
        {
            await _server.ConnectAsync(server, end);
        }
        catch (Exception e) when (_isHalfOpen && e is SocketException or ObjectDisposedException)
        {
            // Cut off as soon as it was there.
        }
    }

    /// <summary>Reads as fast as comes, and writes each piece when it has travelled.</summary>
    private async Task CarryAsync(Socket from, Socket to, LinkFaults faults, CancellationTokenSource end)
    {
        var way = Channel.CreateBounded<Piece>(MostUnderWay);
        var writing = WriteAsync(way.Reader, to, faults, end.Token);
        try
        {
            await ReadAsync(from, way.Writer, faults, end.Token);
            way.Writer.Complete();
            await writing;
            if (!_isHalfOpen)
            {
                to.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception) when (_isHalfOpen && from == _server)
        {
            // The server is cut off, and the client does not hear of it.
        }
        catch
        {
            await end.CancelAsync(); // The other direction ends as well.
            throw;
        }
    }

    private async Task ReadAsync(Socket from, ChannelWriter<Piece> way, LinkFaults faults, CancellationToken end)
    {
        var random = new Random(seed);
        var arrives = 0L;
        while (true)
        {
            var bytes = new byte[MostBytes];
            var count = await from.ReceiveAsync(bytes, end);
            if (count == 0)
            {
                return;
            }

            var delay = faults.Latency + (faults.Jitter * random.NextDouble());
            arrives = Math.Max(arrives, Environment.TickCount64 + (long)delay.TotalMilliseconds);
            await way.WriteAsync(new Piece(bytes.AsMemory(0, count), arrives), end);
        }
    }

    private async Task WriteAsync(ChannelReader<Piece> way, Socket to, LinkFaults faults, CancellationToken end)
    {
        var random = new Random(seed);
        await foreach (var piece in way.ReadAllAsync(end))
        {
            await WaitAsync(piece.Arrives - Environment.TickCount64, end);
            for (var rest = piece.Bytes; rest.Length > 0; )
            {
                await faults.UntilFreeAsync(end);
                var most = faults.MostTogether;
                var slice = rest[..(most > 0 ? Math.Min(rest.Length, random.Next(1, most + 1)) : rest.Length)];
                rest = rest[slice.Length..];
                var (pass, isCut) = faults.Take(slice.Length);
                await SendAsync(to, slice[..pass], end);
                if (isCut)
                {
                    Dispose();
                    throw new OperationCanceledException("The connection was cut.");
                }

                if (faults.BytesPerSecond > 0)
                {
                    await WaitAsync(slice.Length * 1_000L / faults.BytesPerSecond, end);
                }
            }
        }
    }

    private async Task SendAsync(Socket to, ReadOnlyMemory<byte> bytes, CancellationToken end)
    {
        try
        {
            while (bytes.Length > 0 && !_isHalfOpen)
            {
                bytes = bytes[await to.SendAsync(bytes, end)..];
            }
        }
        catch (Exception e) when (_isHalfOpen && e is SocketException or ObjectDisposedException)
        {
            // Lost, as everything that the client sends from now on.
        }
    }

    private static Task WaitAsync(long milliseconds, CancellationToken end)
    {
        // Because a delay is what this is about.
        return milliseconds > 0 ? Task.Delay(TimeSpan.FromMilliseconds(milliseconds), end) : Task.CompletedTask;
    }

    private readonly record struct Piece(ReadOnlyMemory<byte> Bytes, long Arrives);
}
