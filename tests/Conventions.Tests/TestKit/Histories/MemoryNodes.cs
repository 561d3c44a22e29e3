using PerfKit.TestKit.Histories;

namespace Conventions.Tests.TestKit.Histories;

/// <summary>What is wrong with a <see cref="MemoryNodes"/>.</summary>
public enum Bug
{
    None,

    /// <summary>A write leaves a running load to its joiners and to the cache.</summary>
    RunningLoad,

    /// <summary>What a tag's removal is compared with is taken after the load.</summary>
    TagAfterFactory,

    /// <summary>A node that was cut goes on with what it held.</summary>
    MissedMessage,

    /// <summary>A load is written to the second tier whatever was removed there since it began.</summary>
    LateWrite,

    /// <summary>Whoever loads on a node joins its load, whatever the key.</summary>
    OtherKey,

    /// <summary>What a cut node wrote is not told when it is back.</summary>
    LostJournal,
}

/// <summary>
/// A small cache of two tiers that is right, or wrong in one place. One tag has all keys. The second tier counts removals by
/// key and tag; a node compares what it heard since a load began.
/// </summary>
internal sealed class MemoryNodes(Bug bug, int nodes) : ICacheNodes
{
    private readonly Dictionary<string, long> _stored = [];
    private readonly Dictionary<string, long> _removals = [];
    private readonly Node[] _nodes = [.. Enumerable.Range(0, nodes).Select(static _ => new Node())];
    private long _tagRemovals;

    public async ValueTask<long> ReadAsync(int node, string key, Func<ValueTask<long>> load)
    {
        var at = _nodes[node];
        if (at.Held.TryGetValue(key, out var held))
        {
            return held;
        }

        var slot = bug == Bug.OtherKey ? "" : key;
        if (!at.Loads.TryGetValue(slot, out var loading))
        {
            at.Loads[slot] = loading = new TaskCompletionSource<long>();
            var value = await LoadAsync(at, key, loading, load);
            if (at.Loads.GetValueOrDefault(slot) == loading)
            {
                at.Loads.Remove(slot);
            }

            loading.SetResult(value);
        }

        return await loading.Task;
    }

    public async ValueTask WriteAsync(int node, CacheOperationKind how, string key, long value)
    {
        await SeededSchedule.PointAsync();
        var at = _nodes[node];
        Apply(at, how, key);
        if (at.IsCut)
        {
            at.Journal.Add((how, key));
        }
        else
        {
            Tell(at, how, key);
        }

        if (how == CacheOperationKind.Set)
        {
            at.Held[key] = value;
        }

        await SeededSchedule.PointAsync();
    }

    public ValueTask HearAsync(int node)
    {
        var at = _nodes[node];
        while (at.Told.TryDequeue(out var told))
        {
            Apply(at, told.How, told.Key);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask CutAsync(int node)
    {
        _nodes[node].IsCut = true;
        return ValueTask.CompletedTask;
    }

    public ValueTask ConnectAsync(int node)
    {
        var at = _nodes[node];
        at.IsCut = false;
        foreach (var (how, key) in bug == Bug.LostJournal ? [] : at.Journal)
        {
            Tell(at, how, key);
        }

        at.Journal.Clear();
        if (bug != Bug.MissedMessage)
        {
            at.Clear();
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<long> LoadAsync(Node at, string key, TaskCompletionSource<long> own, Func<ValueTask<long>> load)
    {
        var seen = at.SeenOf(key);
        var claim = ClaimOf(key);
        await SeededSchedule.PointAsync();
        if (at.IsCut || !_stored.TryGetValue(key, out var value))
        {
            value = await load();
            if (!at.IsCut && (claim == ClaimOf(key) || bug == Bug.LateWrite))
            {
                _stored[key] = value;
            }
        }

        await SeededSchedule.PointAsync();
        if (bug == Bug.TagAfterFactory)
        {
            seen = seen with { Tag = at.SeenOf(key).Tag };
        }

        if (seen == at.SeenOf(key) || bug == Bug.RunningLoad)
        {
            at.Held[key] = value;
        }

        return value;
    }

    private long ClaimOf(string key) => _removals.GetValueOrDefault(key) + _tagRemovals;

    /// <summary>Changes the second tier, and leaves a message to every other node that is connected.</summary>
    private void Tell(Node from, CacheOperationKind how, string key)
    {
        if (how == CacheOperationKind.RemoveByTag)
        {
            _tagRemovals++;
            _stored.Clear();
        }
        else
        {
            _removals[key] = _removals.GetValueOrDefault(key) + 1;
            _stored.Remove(key);
        }

        foreach (var node in _nodes.Where(it => it != from && !it.IsCut))
        {
            node.Told.Enqueue((how, key));
        }
    }

    private void Apply(Node at, CacheOperationKind how, string key)
    {
        if (how == CacheOperationKind.RemoveByTag)
        {
            at.TagRemovals++;
            at.Held.Clear();
            if (bug is not (Bug.RunningLoad or Bug.TagAfterFactory))
            {
                at.Loads.Clear();
            }
        }
        else
        {
            at.Removals[key] = at.Removals.GetValueOrDefault(key) + 1;
            at.Held.Remove(key);
            if (bug != Bug.RunningLoad)
            {
                at.Loads.Remove(key);
            }
        }
    }

    private sealed class Node
    {
        public Dictionary<string, long> Held { get; } = [];

        public Dictionary<string, long> Removals { get; } = [];

        public Dictionary<string, TaskCompletionSource<long>> Loads { get; } = [];

        public Queue<(CacheOperationKind How, string Key)> Told { get; } = [];

        public List<(CacheOperationKind How, string Key)> Journal { get; } = [];

        public long TagRemovals { get; set; }

        public bool IsCut { get; set; }

        public (long Key, long Tag) SeenOf(string key) => (Removals.GetValueOrDefault(key), TagRemovals);

        public void Clear()
        {
            TagRemovals++;
            Held.Clear();
            Loads.Clear();
        }
    }
}
