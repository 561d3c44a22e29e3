using System.Net;
using System.Net.Sockets;

namespace PerfKit.TestKit;

/// <summary>Loopback ports nobody listens on.</summary>
public static class FreePort
{
    /// <summary>A port that was free a moment ago. Where the server can bind to port 0, prefer that: it cannot lose a race.</summary>
    public static int Next()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
