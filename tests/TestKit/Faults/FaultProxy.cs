using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace PerfKit.TestKit.Faults;

/// <summary>
/// Stands in this process between clients and a server, and does to their connections what networks do. Its choices come
/// from a seed; when they fall depends on the bytes.
/// </summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private readonly ConcurrentDictionary<FaultLink, Task> _links = new();
    private readonly CancellationTokenSource _end = new();
    private readonly TcpListener _listener;
    private readonly IPEndPoint _server;
    private readonly Task _accepting;
    private readonly int _seed;
    private int _accepted; // Numbers the links, so that each draws its own faults from the seed.

    private FaultProxy(IPEndPoint server, int seed)
    {
        _server = server;
        _seed = seed;
        _listener = new TcpListener(IPAddress.Loopback, 0);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    /// <summary>The loopback port that clients connect to.</summary>
    public int Port { get; }

    /// <summary>From clients to the server.</summary>
    public LinkFaults ToServer { get; } = new();

    /// <summary>From the server to clients.</summary>
    public LinkFaults ToClients { get; } = new();

    /// <summary>Whether new connections are reset at once, as by a host whose service is down.</summary>
    public bool Refuses { get; set; }

    /// <summary>Connections that are there.</summary>
    public int Count => _links.Count;

    /// <summary>Starts on a free port.</summary>
    /// <param name="serverPort">The loopback port of the server; it need not listen yet.</param>
    /// <param name="seed">What jitter and slices are drawn from.</param>
    /// <returns>The proxy.</returns>
    public static FaultProxy Start(int serverPort, int seed = 1) =>
        new(new IPEndPoint(IPAddress.Loopback, serverPort), seed);

    /// <summary>Resets every connection, on both sides.</summary>
    public void Reset()
    {
        foreach (var link in _links.Keys)
        {
            link.Dispose();
        }
    }

    /// <summary>
    /// Ends every connection towards the server and leaves clients in the belief that theirs are there: nothing comes back,
    /// and what they send is lost.
    /// </summary>
    public void HalfOpen()
    {
        foreach (var link in _links.Keys)
        {
            link.HalfOpen();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        Reset();
        await _accepting;
        await Task.WhenAll(_links.Values);
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            Socket client;
            try
            {
                client = await _listener.AcceptSocketAsync(_end.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                continue; // The proxy ends, or the client has gone before it was accepted.
            }

            var number = ++_accepted;
            if (Refuses)
            {
                FaultLink.Reset(client);
                continue;
            }

            var link = new FaultLink(client, this, unchecked((_seed * 397) ^ number));
            var listed = new TaskCompletionSource();
            _links[link] = RunAsync(link, listed.Task);
            listed.SetResult();
        }
    }

    private async Task RunAsync(FaultLink link, Task listed)
    {
        await listed; // Or it might end, and leave the list, before it is in it.
        try
        {
            await link.RunAsync(_server, _end.Token);
        }
        finally
        {
            _links.TryRemove(link, out _);
        }
    }
}
