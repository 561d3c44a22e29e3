using System.Net;
using System.Net.Sockets;

namespace PerfKit.TestKit;

/// <summary>
/// Loopback ports nobody listens on, below the ranges from which systems take ports for outgoing connections: one of those
/// could have the port before the server that it was chosen for.
/// </summary>
public static class FreePort
{
    private const int First = 15_000;
    private const int Count = 15_000;
    private static int _last = Random.Shared.Next(Count); // Test processes at the same time begin at different places.

    /// <summary>A port that was free a moment ago. Where the server can bind to port 0, prefer that: it cannot lose a race.</summary>
    public static int Next()
    {
        for (var tried = 0; tried < Count; tried++)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref _last) % Count);
            using var probe = new TcpListener(IPAddress.Loopback, port);
            try
            {
                probe.Start();
                return port;
            }
            catch (SocketException)
            {
                continue; // Taken, or reserved by the system.
            }
        }

        throw new InvalidOperationException($"No loopback port from {First} to {First + Count - 1} can be bound.");
    }
}
