namespace PerfKit.TestKit.Histories;

/// <summary>
/// Finds the first wrong read. A node has to know its own write from its end on, and another's from the end of the first
/// Hear or Connect that began after the write was sent: at its end, or when its writer was connected again.
/// </summary>
internal sealed class HistoryCheck
{
    private readonly Dictionary<string, CacheOperation[]> _writes;
    private readonly Dictionary<long, CacheOperation> _byValue;
    private readonly Dictionary<int, List<(long From, long To)>> _cuts = [];
    private readonly Dictionary<int, List<(long BeganAt, long EndedAt)>> _heard = [];
    private readonly Dictionary<(int Node, string Key), (long[] At, long[] Newest)> _known = [];

    private HistoryCheck(IReadOnlyList<CacheOperation> operations)
    {
        _writes = operations
            .Where(static it => it.IsWrite)
            .GroupBy(static it => it.Key, StringComparer.Ordinal)
            .ToDictionary(static it => it.Key, static it => it.ToArray(), StringComparer.Ordinal);
        _byValue = _writes.Values.SelectMany(static it => it).ToDictionary(static it => it.Value);
        foreach (var node in operations.GroupBy(static it => it.Node))
        {
            _cuts[node.Key] = Cuts(node);
            _heard[node.Key] = Heard(node, _cuts[node.Key]);
        }
    }

    /// <summary>The first wrong read among operations in the order of their begin.</summary>
    public static (CacheOperation Read, CacheFault Fault, string What)? Find(IReadOnlyList<CacheOperation> operations)
    {
        var check = new HistoryCheck(operations);
        foreach (var read in operations.Where(static it => it.Kind == CacheOperationKind.Read && it.HasEnded))
        {
            var value = read.Value;
            if (value != 0 && !check.IsWritten(read))
            {
                return (read, CacheFault.NeverWritten, $"node {read.Node} read {value}, never written to {read.Key}");
            }

            var least = check.Newest(read);
            if (value < least)
            {
                return (read, CacheFault.Stale, $"node {read.Node} read {value} of {read.Key} and has to know {least}");
            }
        }

        return null;
    }

    private bool IsWritten(CacheOperation read) =>
        _byValue.TryGetValue(read.Value, out var write) && write.Key == read.Key && write.BeganAt < read.EndedAt;

    /// <summary>The newest write of the key that the node has to know when the read begins; 0 for none.</summary>
    private long Newest(CacheOperation read)
    {
        if (!_known.TryGetValue((read.Node, read.Key), out var known))
        {
            _known[(read.Node, read.Key)] = known = Known(read.Node, read.Key);
        }

        var at = Array.BinarySearch(known.At, read.BeganAt);
        at = at < 0 ? ~at - 1 : at - 1;
        return at < 0 ? 0 : known.Newest[at];
    }

    private (long[] At, long[] Newest) Known(int node, string key)
    {
        var writes = _writes.GetValueOrDefault(key, []);
        var known = writes
            .Where(static it => it.HasEnded)
            .Select(it => (At: KnownAt(it, node), it.Value))
            .Where(static it => it.At != long.MaxValue)
            .OrderBy(static it => it.At)
            .ToArray();
        var newest = 0L;
        return ([.. known.Select(static it => it.At)], [.. known.Select(it => newest = Math.Max(newest, it.Value))]);
    }

    private long KnownAt(CacheOperation write, int node)
    {
        if (write.Node == node)
        {
            return write.EndedAt;
        }

        var sent = write.EndedAt;
        foreach (var (from, to) in _cuts[write.Node])
        {
            if (from <= sent && to >= write.BeganAt)
            {
                sent = Math.Max(sent, to);
            }
        }

        // Ordered by begin, and each ends at the earliest end of those that begin no earlier.
        var heard = _heard.GetValueOrDefault(node, []);
        var (low, high) = (0, heard.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = heard[middle].BeganAt > sent ? (low, middle) : (middle + 1, high);
        }

        return low < heard.Count ? heard[low].EndedAt : long.MaxValue;
    }

    private static List<(long From, long To)> Cuts(IEnumerable<CacheOperation> node)
    {
        List<(long From, long To)> cuts = [];
        foreach (var operation in node)
        {
            if (operation.Kind == CacheOperationKind.Cut && (cuts.Count == 0 || cuts[^1].To != long.MaxValue))
            {
                cuts.Add((operation.BeganAt, long.MaxValue));
            }
            else if (operation.Kind == CacheOperationKind.Connect && cuts.Count > 0)
            {
                cuts[^1] = (cuts[^1].From, Math.Min(cuts[^1].To, operation.EndedAt));
            }
        }

        return cuts;
    }

    private static List<(long BeganAt, long EndedAt)> Heard(
        IEnumerable<CacheOperation> node,
        List<(long From, long To)> cuts
    )
    {
        var heard = node.Where(it =>
                it is { HasEnded: true, Kind: CacheOperationKind.Connect }
                || (
                    it is { HasEnded: true, Kind: CacheOperationKind.Hear }
                    && !cuts.Exists(cut => cut.From <= it.EndedAt && cut.To >= it.BeganAt)
                )
            )
            .Select(static it => (it.BeganAt, it.EndedAt))
            .ToList();
        for (var at = heard.Count - 2; at >= 0; at--)
        {
            heard[at] = (heard[at].BeganAt, Math.Min(heard[at].EndedAt, heard[at + 1].EndedAt));
        }

        return heard;
    }
}
