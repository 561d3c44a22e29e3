using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PerfKit.Benchmarks.Claims.Streaming.Uploads;

/// <summary>Sends bodies over bare sockets, so that the client's own cost is the kernel's.</summary>
internal sealed class UploadClient(int port)
{
    private const string Boundary = "perfkit-7d1f0c52b9";
    private const int PieceBytes = 1 << 20;

    private static readonly byte[] FormEnd = Encoding.ASCII.GetBytes($"\r\n--{Boundary}--\r\n");
    private static readonly byte[] FormBegin = Encoding.ASCII.GetBytes(
        $"--{Boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"upload.bin\"\r\n"
            + "Content-Type: application/octet-stream\r\n\r\n"
    );

    /// <summary>Uploads all contents at once, each over its own connection; the paths they came to, the time.</summary>
    public async Task<(string[] Paths, TimeSpan Wall)> SendAsync(string path, byte[][] contents, bool asForm)
    {
        var sockets = await Task.WhenAll(contents.Select(_ => ConnectAsync()));
        var started = Stopwatch.GetTimestamp();
        var answers = await Task.WhenAll(
            sockets.Zip(contents, (socket, content) => Task.Run(() => Upload(socket, path, content, asForm)))
        );
        var wall = Stopwatch.GetElapsedTime(started);
        foreach (var socket in sockets)
        {
            socket.Dispose();
        }

        return (answers, wall);
    }

    /// <summary>Opens a connection and sends the head of an upload.</summary>
    public async Task<Socket> BeginAsync(string path, long bytes)
    {
        var socket = await ConnectAsync();
        await socket.SendAsync(
            Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {bytes}\r\n\r\n")
        );
        return socket;
    }

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        return socket;
    }

    private static string Upload(Socket socket, string path, byte[] content, bool asForm)
    {
        var extra = asForm ? FormBegin.Length + FormEnd.Length : 0;
        var type = asForm ? $"multipart/form-data; boundary={Boundary}" : "application/octet-stream";
        socket.Send(
            Encoding.ASCII.GetBytes(
                $"POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: {type}\r\n"
                    + $"Content-Length: {content.Length + extra}\r\n\r\n"
            )
        );
        socket.Send(asForm ? FormBegin : []);
        for (var at = 0; at < content.Length; at += PieceBytes)
        {
            socket.Send(content.AsSpan(at, Math.Min(PieceBytes, content.Length - at)));
        }

        socket.Send(asForm ? FormEnd : []);
        return ReadBody(socket);
    }

    private static string ReadBody(Socket socket)
    {
        var answer = new MemoryStream();
        var buffer = new byte[4096];
        for (int read; (read = socket.Receive(buffer)) > 0; )
        {
            answer.Write(buffer, 0, read);
        }

        var text = Encoding.ASCII.GetString(answer.ToArray());
        var head = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (!text.StartsWith("HTTP/1.1 200", StringComparison.Ordinal) || head < 0)
        {
            throw new InvalidOperationException($"An upload was answered: {text}");
        }

        var body = text[(head + 4)..];
        return body.Contains("\r\n", StringComparison.Ordinal) ? body.Split("\r\n")[1] : body; // Chunked: one chunk.
    }
}
