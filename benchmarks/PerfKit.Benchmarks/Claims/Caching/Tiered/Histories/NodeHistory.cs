using System.Globalization;
using PerfKit.TestKit.Histories;

namespace PerfKit.Benchmarks.Claims.Caching.Tiered.Histories;

/// <summary>One history on the nodes of a stand, beside others; its keys and tags are its own.</summary>
internal sealed class NodeHistory : ICacheNodes
{
    private readonly NodeStand _stand;
    private readonly CacheHistory _history;

    private NodeHistory(NodeStand stand, CacheHistory history)
    {
        _stand = stand;
        _history = history;
    }

    public static async ValueTask<ICacheNodes> OpenAsync(NodeStand stand, CacheHistory history)
    {
        await stand.OpenAsync(history);
        return new NodeHistory(stand, history);
    }

    public async ValueTask<long> ReadAsync(int node, string key, Func<ValueTask<long>> load) =>
        (await _stand.Nodes[node].CallAsync(NodeFrameKind.Read, _history.Seed, Number(key), load: load)).Value;

    public async ValueTask WriteAsync(int node, CacheOperationKind how, string key, long value)
    {
        var kind = how switch
        {
            CacheOperationKind.Set => NodeFrameKind.Set,
            CacheOperationKind.Remove => NodeFrameKind.Remove,
            _ => NodeFrameKind.RemoveByTag,
        };
        var answer = await _stand.Nodes[node].CallAsync(kind, _history.Seed, Number(key), value);
        if (answer.Flag.HasFlag(NodeFlag.Away))
        {
            _stand.NotTold(node); // Before the write ends in the history.
        }
    }

    public async ValueTask HearAsync(int node)
    {
        await _stand.ConnectedAsync(node);
        await _stand.Nodes[node].HearAsync();
    }

    public ValueTask DisposeAsync()
    {
        _stand.Close(_history);
        return ValueTask.CompletedTask;
    }

    private static int Number(string key) => int.Parse(key.AsSpan("key".Length), CultureInfo.InvariantCulture);
}
