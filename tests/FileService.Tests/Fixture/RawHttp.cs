using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FileService.Tests.Fixture;

/// <summary>HTTP/1.1 by hand, for requests a proper client refuses to send.</summary>
internal static class RawHttp
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Sends the request text as it stands and reads one answer; null when the connection ends without one.
    /// <paramref name="cut"/> closes our side after sending, as a client does that dies in the middle of its body.
    /// </summary>
    public static async Task<RawResponse?> SendAsync(int port, string request, bool cut = false)
    {
        using var limit = new CancellationTokenSource(Limit);
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, port, limit.Token);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request), limit.Token);
        if (cut)
        {
            client.Client.Shutdown(SocketShutdown.Send);
        }

        try
        {
            return await ReadAsync(stream, limit.Token);
        }
        catch (IOException)
        {
            return null; // Reset by the service: a refusal too.
        }
    }

    /// <summary>A request's text with the usual headers; <paramref name="headers"/> come first and may replace Host.</summary>
    public static string Request(string method, string target, params string[] headers)
    {
        var text = new StringBuilder($"{method} {target} HTTP/1.1\r\n");
        if (!headers.Any(h => h.StartsWith("Host:", StringComparison.Ordinal)))
        {
            text.Append("Host: 127.0.0.1\r\n");
        }

        if (!headers.Any(h => h.StartsWith("Connection:", StringComparison.Ordinal)))
        {
            text.Append("Connection: close\r\n");
        }

        text.AppendJoin("", headers.Select(h => h + "\r\n"));
        return text.Append("X-Api-Key: dev\r\n\r\n").ToString();
    }

    private static async Task<RawResponse?> ReadAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        using var received = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            if (Parse(received.ToArray(), ended: false) is { } whole)
            {
                return whole;
            }

            var read = await stream.ReadAsync(buffer, cancellationToken);
            if (read == 0)
            {
                return Parse(received.ToArray(), ended: true);
            }

            received.Write(buffer, 0, read);
        }
    }

    private static RawResponse? Parse(byte[] bytes, bool ended)
    {
        var text = Encoding.Latin1.GetString(bytes);
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
        {
            return null;
        }

        var lines = text[..end].Split("\r\n");
        var status = int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture);
        var head = new RawResponse(status, lines[1..], "");
        var body = text[(end + 4)..];
        if (head.Header("Transfer-Encoding") is not null)
        {
            return body.EndsWith("0\r\n\r\n", StringComparison.Ordinal) || ended
                ? head with
                {
                    Body = Chunks(body),
                }
                : null;
        }

        var length = int.Parse(head.Header("Content-Length") ?? "0", CultureInfo.InvariantCulture);
        return body.Length >= length || ended ? head with { Body = body[..Math.Min(length, body.Length)] } : null;
    }

    private static string Chunks(string body)
    {
        var text = new StringBuilder();
        for (var at = 0; at < body.Length; )
        {
            var line = body.IndexOf("\r\n", at, StringComparison.Ordinal);
            var size = line < 0 ? 0 : int.Parse(body[at..line], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (size == 0)
            {
                break;
            }

            text.Append(body, line + 2, Math.Min(size, body.Length - line - 2));
            at = line + 2 + size + 2;
        }

        return text.ToString();
    }
}

/// <summary>An answer read from a socket; the body as Latin-1.</summary>
internal sealed record RawResponse(int Status, IReadOnlyList<string> Headers, string Body)
{
    /// <summary>The value of a header, or null.</summary>
    public string? Header(string name) =>
        Headers
            .FirstOrDefault(h => h.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
            ?[(name.Length + 1)..].Trim();
}
