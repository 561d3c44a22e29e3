using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace PerfKit.Benchmarks.Claims.Query;

/// <summary>A TCP relay on loopback that keeps every byte back for half a round trip, in both directions.</summary>
internal sealed class DelayingProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _target;
    private readonly TimeSpan _delay;

    /// <param name="target">The loopback port behind it.</param>
    /// <param name="roundTrip">What it adds to a round trip.</param>
    public DelayingProxy(int target, TimeSpan roundTrip)
    {
        _target = target;
        _delay = roundTrip / 2;
        _listener.Start();
        new Thread(Accept) { IsBackground = true }.Start();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Dispose() => _listener.Stop();

    private void Accept()
    {
        try
        {
            while (true)
            {
                var client = _listener.AcceptTcpClient();
                var server = new TcpClient(IPAddress.Loopback.ToString(), _target);
                client.NoDelay = server.NoDelay = true;
                new Thread(() => Relay(client, server)) { IsBackground = true }.Start();
                new Thread(() => Relay(server, client)) { IsBackground = true }.Start();
            }
        }
        catch (SocketException)
        {
            // Stopped.
        }
    }

    private void Relay(TcpClient from, TcpClient to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            int read;
            while ((read = from.GetStream().Read(buffer)) > 0)
            {
                var arrived = Stopwatch.GetTimestamp();
                while (Stopwatch.GetElapsedTime(arrived) < _delay)
                {
                    Thread.Sleep(TimeSpan.FromMicroseconds(50)); // Shorter than the delay, so that it does not grow.
                }

                to.GetStream().Write(buffer, 0, read);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or SocketException)
        {
            // One side is gone, and so will the other be.
        }
        finally
        {
            from.Close();
            to.Close();
        }
    }
}
