using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace PerfKit.TestKit;

/// <summary>One command to a Redis on a loopback port, on a connection of its own: what a test needs before its client.</summary>
internal static class RedisCommand
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>The answer, a status, a number or a text.</summary>
    /// <exception cref="InvalidOperationException">The server answers with an error.</exception>
    /// <exception cref="OperationCanceledException">It does not answer within 5 s.</exception>
    public static async Task<string> AskAsync(int port, string command)
    {
        using var limit = new CancellationTokenSource(Limit);
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", port, limit.Token);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(command + "\r\n"), limit.Token);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        var first = await reader.ReadLineAsync(limit.Token) ?? throw new EndOfStreamException(command);
        if (first[0] == '-')
        {
            throw new InvalidOperationException($"Redis on port {port} refuses '{command}': {first[1..]}");
        }

        if (first[0] != '$')
        {
            return first[1..];
        }

        var text = new char[int.Parse(first[1..], CultureInfo.InvariantCulture)];
        await reader.ReadBlockAsync(text, limit.Token);
        return new string(text);
    }
}
