using Microsoft.Extensions.DependencyInjection;
using PerfKit.Caching;
using PerfKit.TestKit;
using PerfKit.TestKit.Histories;

namespace PerfKit.Benchmarks.Claims.Caching.Tiered.Histories;

/// <summary>
/// Three processes over one Redis, each behind a proxy of its own, and the histories that are being played on them at a
/// time. What befalls a node befalls it in all of these, and is noted there.
/// </summary>
internal sealed class NodeStand : IAsyncDisposable
{
    public const int Count = 3;
    private readonly RedisServer _server;
    private readonly ServiceProvider _own;
    private readonly HashSet<CacheHistory> _open = [];
    private readonly Lock _gate = new();
    private int _unasked;

    private NodeStand(RedisServer server, ServiceProvider own, HistoryNode[] nodes)
    {
        _server = server;
        _own = own;
        Nodes = nodes;
    }

    public HistoryNode[] Nodes { get; }

    /// <summary>How often a node said that Redis is away although nobody had cut it: deadlines on a busy machine.</summary>
    public int Unasked => _unasked;

    public static async Task<NodeStand> StartAsync()
    {
        var server = await RedisServer.StartPrivateAsync();
        var services = new ServiceCollection();
        services
            .AddPerfKitTieredCache()
            .AddRedis(o =>
            {
                o.Configuration = server.ConnectionString;
                o.CommandTimeout = TimeSpan.FromSeconds(10); // The driver's own cache is not what is looked at.
            });
        var own = services.BuildServiceProvider();
        var remover = own.GetRequiredService<TieredCache>();
        await remover.RemoveAsync("connected");
        var starting = Enumerable.Range(0, Count).Select(i => HistoryNode.StartAsync(i, server.Port, remover));
        var nodes = await Task.WhenAll(starting);
        await Task.WhenAll(nodes.Select(static node => node.HearAsync()));
        return new NodeStand(server, own, nodes);
    }

    /// <summary>From now on the history knows what befalls the nodes.</summary>
    public async Task OpenAsync(CacheHistory history)
    {
        while (true)
        {
            Task joined;
            lock (_gate)
            {
                if (Array.Find(Nodes, static it => !it.Standing.Joined.Task.IsCompleted) is not { } joining)
                {
                    _open.Add(history);
                    foreach (var node in Nodes.Where(static it => it.Standing.IsCut))
                    {
                        history.BeginCut(node.Number).End();
                    }

                    return;
                }

                joined = joining.Standing.Joined.Task;
            }

            await joined;
        }
    }

    public void Close(CacheHistory history)
    {
        lock (_gate)
        {
            _open.Remove(history);
        }
    }

    /// <summary>When the node is not cut.</summary>
    public Task ConnectedAsync(int node)
    {
        lock (_gate)
        {
            return Nodes[node].Standing.Connected.Task;
        }
    }

    /// <summary>The node may not have told others what it wrote: it counts as cut until it has.</summary>
    public void NotTold(int node)
    {
        lock (_gate)
        {
            Nodes[node].Standing.Untold++;
            if (TryCut(Nodes[node]))
            {
                _unasked++;
                _ = Task.Run(() => ConnectOrFailAsync(Nodes[node]));
            }
        }
    }

    /// <summary>Cuts the node in some way for a while; false where it is cut already.</summary>
    /// <param name="node">The node.</param>
    /// <param name="befallAsync">What happens to its connections; when it completes they are free again.</param>
    public async Task<bool> CutAsync(HistoryNode node, Func<Task> befallAsync)
    {
        lock (_gate)
        {
            if (!TryCut(node))
            {
                return false;
            }
        }

        await befallAsync();
        await ConnectOrFailAsync(node);
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
        {
            await node.DisposeAsync();
        }

        await _own.DisposeAsync();
        await _server.DisposeAsync();
    }

    private bool TryCut(HistoryNode node)
    {
        if (node.Standing.IsCut)
        {
            return false;
        }

        node.Standing.IsCut = true;
        node.Standing.Connected = NodeStanding.New();
        foreach (var history in _open)
        {
            history.BeginCut(node.Number).End();
        }

        return true;
    }

    private async Task ConnectOrFailAsync(HistoryNode node)
    {
        try
        {
            await ConnectAsync(node);
        }
        catch (Exception e)
        {
            node.Standing.Connected.TrySetException(e); // Whoever waits for the node hears of it.
        }
    }

    /// <summary>
    /// The node says that its tier is available, so what it wrote has been told; and it hears, so it knows what it missed.
    /// If it was unavailable once more meanwhile, this begins anew.
    /// </summary>
    private async Task ConnectAsync(HistoryNode node)
    {
        while (true)
        {
            int untold;
            lock (_gate)
            {
                untold = node.Standing.Untold;
            }

            await node.CallAsync(NodeFrameKind.Available);
            List<CacheOperation> connects;
            lock (_gate)
            {
                node.Standing.Joined = NodeStanding.New();
                connects = [.. _open.Select(history => history.BeginConnect(node.Number))];
            }

            await node.HearAsync();
            lock (_gate)
            {
                node.Standing.Joined.SetResult();
                if (untold == node.Standing.Untold)
                {
                    connects.ForEach(static it => it.End());
                    node.Standing.IsCut = false;
                    node.Standing.Connected.SetResult();
                    return;
                }
            }
        }
    }
}
