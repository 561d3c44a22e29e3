using System.Globalization;
using System.Net.Sockets;

namespace Conventions.Tests.TestKit;

/// <summary>A client of Redis that needs no library.</summary>
internal static class Ping
{
    /// <summary>The first line of the answer to a command.</summary>
    public static async Task<string?> AskAsync(string address, string command = "PING")
    {
        var parts = address.Split(':');
        using var client = new TcpClient();
        await client.ConnectAsync(parts[0], int.Parse(parts[1], CultureInfo.InvariantCulture));
        await using var stream = client.GetStream();
        await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(command + "\r\n"));
        using var reader = new StreamReader(stream);
        return await reader.ReadLineAsync();
    }
}
