using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace FileService.Tests.Fixture;

/// <summary>A relay to a server that a test can take down and bring up again: what a dead database looks like.</summary>
internal sealed class TcpRelay(string host, int port) : IDisposable
{
    private readonly ConcurrentDictionary<TcpClient, byte> _open = new();
    private TcpListener? _listener;

    /// <summary>The relay's own port; the same before and after it was down.</summary>
    public int Port { get; } = PerfKit.TestKit.FreePort.Next();

    /// <summary>Accepts and relays connections.</summary>
    public void Up()
    {
        _listener = new TcpListener(IPAddress.Loopback, Port);
        _listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listener.Start();
        _ = AcceptAsync(_listener);
    }

    /// <summary>Refuses new connections and breaks all that are open.</summary>
    public void Down()
    {
        _listener?.Dispose();
        _listener = null;
        foreach (var client in _open.Keys)
        {
            client.Dispose();
        }

        _open.Clear();
    }

    public void Dispose() => Down();

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                _ = RelayAsync(await listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Down() disposed the listener: accepting is over.
        }
    }

    private async Task RelayAsync(TcpClient near)
    {
        using var far = new TcpClient();
        _open[near] = 0;
        _open[far] = 0;
        try
        {
            await far.ConnectAsync(host, port);
            await Task.WhenAny(
                near.GetStream().CopyToAsync(far.GetStream()),
                far.GetStream().CopyToAsync(near.GetStream())
            );
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // One side is gone, so the other goes too.
        }
        finally
        {
            near.Dispose();
            _open.TryRemove(near, out _);
            _open.TryRemove(far, out _);
        }
    }
}
