using System.Net.Sockets;

namespace PerfKit.TestKit;

/// <summary>
/// A private Redis Cluster on loopback ports: masters, and one replica of each that takes over about 2 s after its master
/// is killed or frozen. Until then the whole cluster refuses commands, as Redis does by default. Bounded to 64 MB of data
/// a node, deleted with its processes on dispose.
/// </summary>
public sealed class RedisCluster : IAsyncDisposable
{
    private const int Slots = 16_384;
    private const int MostMasters = 8;
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(50);
    private readonly RedisServer[] _masters;
    private readonly RedisServer[] _replicas;

    private RedisCluster(RedisServer[] masters, RedisServer[] replicas)
    {
        _masters = masters;
        _replicas = replicas;
    }

    /// <summary>The addresses of all nodes, <c>host:port,host:port</c>.</summary>
    public string ConnectionString => string.Join(',', Nodes.Select(static node => node.ConnectionString));

    /// <summary>Those that were masters at the start: to be frozen, killed and started again.</summary>
    public IReadOnlyList<RedisServer> Masters => _masters;

    /// <summary>The replica of each master, in the same order.</summary>
    public IReadOnlyList<RedisServer> Replicas => _replicas;

    private IEnumerable<RedisServer> Nodes => _masters.Concat(_replicas);

    /// <summary>Starts a cluster; skips the calling test where there is no redis-server (Garnet does not do).</summary>
    /// <param name="masters">From 3, fewer cannot vote a dead one out, to 8.</param>
    /// <returns>The cluster, every node of which says <c>cluster_state:ok</c> and every replica has its master's data.</returns>
    public static async Task<RedisCluster> StartPrivateAsync(int masters = 3)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(masters, 3);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(masters, MostMasters);
        var starting = Enumerable
            .Range(0, 2 * masters)
            .Select(static _ => RedisServer.StartClusterNodeAsync())
            .ToArray();
        try
        {
            var nodes = await Task.WhenAll(starting);
            var cluster = new RedisCluster(nodes[..masters], nodes[masters..]);
            await cluster.FormAsync();
            return cluster;
        }
        catch
        {
            foreach (var node in starting.Where(static it => it.IsCompletedSuccessfully))
            {
                await (await node).DisposeAsync();
            }

            throw;
        }
    }

    /// <summary>The node that had this slot (of 16,384) at the start.</summary>
    /// <param name="slot">From 0 to 16,383.</param>
    /// <returns>One of <see cref="Masters"/>.</returns>
    public RedisServer MasterOf(int slot) =>
        _masters[Enumerable.Range(0, _masters.Length).First(it => slot < FirstSlot(it + 1))];

    /// <summary>Waits until every node that runs says that the cluster is whole, as after a replica took over.</summary>
    /// <param name="within">How long.</param>
    /// <returns>When it is so.</returns>
    /// <exception cref="TimeoutException">It is not; the message says what the nodes say.</exception>
    public Task UntilOkAsync(TimeSpan within) =>
        UntilAsync("CLUSTER INFO", "cluster_state:ok", Nodes.Where(static node => node.IsRunning), within);

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
        {
            await node.DisposeAsync();
        }
    }

    private int FirstSlot(int master) => Slots * master / _masters.Length;

    private async Task FormAsync()
    {
        for (var i = 0; i < _masters.Length; i++)
        {
            await AskAsync(_masters[i], $"CLUSTER SET-CONFIG-EPOCH {i + 1}");
            await AskAsync(_masters[i], $"CLUSTER ADDSLOTSRANGE {FirstSlot(i)} {FirstSlot(i + 1) - 1}");
        }

        foreach (var node in Nodes.Skip(1))
        {
            var port = _masters[0].Port;
            await AskAsync(node, $"CLUSTER MEET 127.0.0.1 {port} {port - 10_000}"); // As server.sh chooses it.
        }

        await UntilAsync("CLUSTER INFO", $"cluster_known_nodes:{Nodes.Count()}", Nodes, ReadyLimit);
        for (var i = 0; i < _masters.Length; i++)
        {
            await AskAsync(_replicas[i], $"CLUSTER REPLICATE {await AskAsync(_masters[i], "CLUSTER MYID")}");
        }

        await UntilAsync("INFO replication", "master_link_status:up", _replicas, ReadyLimit);
        await UntilAsync("CLUSTER INFO", $"cluster_size:{_masters.Length}", Nodes, ReadyLimit);
        await UntilOkAsync(ReadyLimit);
    }

    private static async Task UntilAsync(string command, string line, IEnumerable<RedisServer> nodes, TimeSpan within)
    {
        using var limit = new CancellationTokenSource(within);
        using var timer = new PeriodicTimer(Period);
        foreach (var node in nodes.ToArray())
        {
            var last = "";
            while (!last.Split("\r\n").Contains(line))
            {
                try
                {
                    await timer.WaitForNextTickAsync(limit.Token);
                    last = await AskAsync(node, command);
                }
                catch (OperationCanceledException) when (limit.IsCancellationRequested)
                {
                    throw new TimeoutException(
                        $"Redis on port {node.Port} did not say {line} within {within}; it says: {last}"
                    );
                }
                catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
                {
                    last = e.Message;
                }
            }
        }
    }

    private static Task<string> AskAsync(RedisServer node, string command) => RedisCommand.AskAsync(node.Port, command);
}
