using System.Net.Sockets;
using System.Text;

namespace PerfKit.Streaming.Tests.Http;

/// <summary>An HTTP/1.1 answer as it came over the wire.</summary>
internal sealed record RawAnswer(int Status, Dictionary<string, string> Fields, byte[] Body)
{
    public string? this[string field] => Fields.GetValueOrDefault(field);

    public string Text => Encoding.UTF8.GetString(Body);

    public static RawAnswer Parse(byte[] bytes)
    {
        var headEnd = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        var lines = Encoding.Latin1.GetString(bytes, 0, headEnd).Split("\r\n");
        var fields = lines[1..]
            .Select(line => line.Split(": ", 2))
            .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
        return new RawAnswer(int.Parse(lines[0].Split(' ')[1]), fields, bytes[(headEnd + 4)..]);
    }
}

internal static class RawHttp
{
    public static async Task SendTextAsync(this Socket socket, string text)
    {
        for (var bytes = Encoding.Latin1.GetBytes(text).AsMemory(); bytes.Length > 0; )
        {
            bytes = bytes[await socket.SendAsync(bytes)..];
        }
    }

    public static async Task<RawAnswer> ReadAnswerAsync(this Socket socket)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var all = new MemoryStream();
        var buffer = new byte[64 * 1024];
        for (int read; (read = await socket.ReceiveAsync(buffer, deadline.Token)) > 0; )
        {
            all.Write(buffer, 0, read);
        }

        return RawAnswer.Parse(all.ToArray());
    }
}
