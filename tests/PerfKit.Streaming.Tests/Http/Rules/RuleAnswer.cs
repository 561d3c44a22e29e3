using System.Net.Sockets;
using System.Text;

namespace PerfKit.Streaming.Tests.Http.Rules;

/// <summary>An HTTP/1.1 answer as it came over the wire.</summary>
public sealed record RuleAnswer(int Status, ILookup<string, string> Fields, byte[] Body)
{
    /// <summary>The field's lines joined as RFC 9110, 5.3 joins them; null when there is none.</summary>
    public string? this[string field] => Fields.Contains(field) ? string.Join(", ", Fields[field]) : null;

    public string Text => Encoding.Latin1.GetString(Body);

    public static async Task<RuleAnswer> GetAsync(Uri server, string request, CancellationToken cancellationToken)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server.Host, server.Port, cancellationToken);
        var lines = request.ReplaceLineEndings("\r\n");
        await socket.SendAsync(
            Encoding.Latin1.GetBytes($"{lines}\r\nHost: {server.Authority}\r\nConnection: close\r\n\r\n"),
            cancellationToken
        );
        var all = new MemoryStream();
        var buffer = new byte[64 * 1024];
        for (int read; (read = await socket.ReceiveAsync(buffer, cancellationToken)) > 0; )
        {
            all.Write(buffer, 0, read);
        }

        return Read(all.ToArray());
    }

    private static RuleAnswer Read(byte[] bytes)
    {
        var headEnd = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        var lines = Encoding.Latin1.GetString(bytes, 0, headEnd).Split("\r\n");
        var fields = lines[1..]
            .Select(line => line.Split(':', 2))
            .ToLookup(pair => pair[0], pair => pair[1].Trim(), StringComparer.OrdinalIgnoreCase);
        return new RuleAnswer(int.Parse(lines[0].Split(' ')[1]), fields, bytes[(headEnd + 4)..]);
    }
}
