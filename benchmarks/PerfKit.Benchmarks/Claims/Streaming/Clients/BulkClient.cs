using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PerfKit.Benchmarks.Claims.Streaming.Clients;

/// <summary>
/// Fetches contents over kept HTTP/1.1 connections, one thread for all of them, and throws the bodies away. Every answer is
/// checked: 200, the promised length, and that many bytes.
/// </summary>
internal sealed class BulkClient : IDisposable
{
    private const int BufferBytes = 256 * 1024;
    private const int StallMicroseconds = 10_000_000;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly Dictionary<Socket, Connection> _connections = [];

    public BulkClient(int port, int connections)
    {
        for (var i = 0; i < connections; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.Connect(IPAddress.Loopback, port);
            _connections.Add(socket, new Connection(socket));
        }
    }

    /// <summary>Bytes of header the last answer had.</summary>
    public int HeaderBytes { get; private set; }

    /// <summary>Fetches the paths in turn, over all connections, until this many answers are whole.</summary>
    /// <exception cref="InvalidDataException">An answer was short, too long, or none.</exception>
    public void Fetch(IReadOnlyList<string> paths, long bytes, int answers)
    {
        var (asked, whole) = (0, 0);
        foreach (var connection in _connections.Values.Take(answers))
        {
            connection.Ask(paths[asked++ % paths.Count], bytes);
        }

        var ready = new List<Socket>(_connections.Count);
        while (whole < answers)
        {
            ready.Clear();
            ready.AddRange(_connections.Keys);
            Socket.Select(ready, null, null, StallMicroseconds);
            if (ready.Count == 0)
            {
                throw new InvalidDataException($"Nothing came for {StallMicroseconds / 1_000_000} s.");
            }

            foreach (var connection in ready.Select(socket => _connections[socket]))
            {
                if (!connection.Receive(_buffer))
                {
                    continue;
                }

                whole++;
                HeaderBytes = connection.HeaderBytes;
                if (asked < answers)
                {
                    connection.Ask(paths[asked++ % paths.Count], bytes);
                }
            }
        }
    }

    public void Dispose()
    {
        foreach (var socket in _connections.Keys)
        {
            socket.Dispose();
        }
    }

    private sealed class Connection(Socket socket)
    {
        private readonly byte[] _header = new byte[2048];
        private int _headerFilled;
        private long _expected;
        private long _left = -1; // Of the body; negative before its header is whole.

        public int HeaderBytes { get; private set; }

        public void Ask(string path, long bytes)
        {
            (_headerFilled, _expected, _left) = (0, bytes, -1);
            socket.Send(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        }

        /// <summary>Takes what has come; true when that ended the answer.</summary>
        public bool Receive(byte[] buffer)
        {
            var received = socket.Receive(buffer);
            if (received == 0)
            {
                throw new InvalidDataException($"The connection ended with {_left} of {_expected} bytes to come.");
            }

            _left = _left < 0 ? TakeHeader(buffer.AsSpan(0, received)) : _left - received;
            return _left switch
            {
                0 => true,
                < 0 when _headerFilled < 0 => throw new InvalidDataException("More bytes came than were promised."),
                _ => false,
            };
        }

        private long TakeHeader(ReadOnlySpan<byte> bytes)
        {
            var before = _headerFilled;
            var taken = bytes[..Math.Min(bytes.Length, _header.Length - before)];
            taken.CopyTo(_header.AsSpan(before));
            _headerFilled += taken.Length;
            var end = _header.AsSpan(0, _headerFilled).IndexOf("\r\n\r\n"u8);
            if (end < 0)
            {
                return _headerFilled < _header.Length ? -1 : throw new InvalidDataException("The header has no end.");
            }

            HeaderBytes = end + 4;
            _headerFilled = -1;
            Check(Encoding.ASCII.GetString(_header, 0, end));
            return _expected - (bytes.Length - (HeaderBytes - before));
        }

        private void Check(string header)
        {
            var length = string.Create(CultureInfo.InvariantCulture, $"\r\nContent-Length: {_expected}");
            if (!header.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal) || !EndsLine(header, length))
            {
                throw new InvalidDataException($"Not 200 with {_expected} bytes: {header.ReplaceLineEndings(" | ")}");
            }
        }

        private static bool EndsLine(string header, string line) =>
            header.IndexOf(line, StringComparison.OrdinalIgnoreCase) is var at and >= 0
            && (at + line.Length == header.Length || header[at + line.Length] == '\r');
    }
}
