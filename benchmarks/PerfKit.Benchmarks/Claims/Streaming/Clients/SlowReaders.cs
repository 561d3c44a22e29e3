using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PerfKit.Benchmarks.Claims.Streaming.Clients;

/// <summary>Many readers of one large content who take a little at a time, all on one thread.</summary>
internal sealed class SlowReaders : IDisposable
{
    private const int BytesATime = 32 * 1024;
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    private readonly List<(Socket Socket, long Received)> _readers = [];
    private readonly byte[] _buffer = new byte[BytesATime];

    /// <summary>Connects and asks; the system's own buffers are kept small, so that the server is what holds the bytes.</summary>
    public SlowReaders(int port, string path, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
            {
                ReceiveBufferSize = 2 * BytesATime,
            };
            socket.Connect(IPAddress.Loopback, port);
            socket.Send(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
            socket.Blocking = false;
            _readers.Add((socket, 0));
        }
    }

    /// <summary>What the reader that got least has by now.</summary>
    public long LeastBytes => _readers.Min(static r => r.Received);

    /// <summary>Takes up to 32 KB every 100 ms of each, if that much has come.</summary>
    /// <exception cref="InvalidDataException">An answer was refused, or ended.</exception>
    public async Task ReadAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Period);
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < duration; )
        {
            for (var i = 0; i < _readers.Count; i++)
            {
                var (socket, received) = _readers[i];
                _readers[i] = (socket, received + Take(socket, isFirst: received == 0));
            }

            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    /// <summary>All go at once, as a closed laptop does: with a reset.</summary>
    public void Leave()
    {
        foreach (var (socket, _) in _readers)
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
            socket.Close();
        }

        _readers.Clear();
    }

    public void Dispose() => Leave();

    private int Take(Socket socket, bool isFirst)
    {
        var received = socket.Receive(_buffer, SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock)
        {
            return 0;
        }

        var isFault = error != SocketError.Success || received == 0;
        return !isFault && (!isFirst || _buffer.AsSpan().StartsWith("HTTP/1.1 200 "u8))
            ? received
            : throw new InvalidDataException(
                $"A reader was sent away ({error}): {Encoding.ASCII.GetString(_buffer, 0, Math.Min(received, 200))}"
            );
    }
}
