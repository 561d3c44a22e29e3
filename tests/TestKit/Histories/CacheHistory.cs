using System.Collections.Concurrent;

namespace PerfKit.TestKit.Histories;

/// <summary>
/// What several nodes did to one cache and its source, in the order of a logical clock, and whether they may have seen what
/// they saw. Numbers of values rise over the whole history, so that a value tells its key and its age. Thread-safe; kept in
/// the process that drives the nodes: an operation begins before its request is sent and ends after the answer came.
/// </summary>
/// <param name="seed">What the history was drawn from, for the message.</param>
public sealed class CacheHistory(int seed)
{
    private readonly ConcurrentQueue<CacheOperation> _operations = new();
    private readonly ConcurrentDictionary<string, long> _source = new(StringComparer.Ordinal);
    private long _clock;
    private long _values;

    /// <summary>What the history was drawn from.</summary>
    public int Seed => seed;

    /// <summary>All operations so far, in the order of their begin where one thread records.</summary>
    public IReadOnlyCollection<CacheOperation> Operations => _operations;

    /// <summary>The newest number in the source, 0 before the first write: what a loader reads.</summary>
    /// <param name="key">The key.</param>
    /// <returns>The number.</returns>
    public long Source(string key) => _source.GetValueOrDefault(key);

    /// <summary>
    /// The source changes now, and the caller then invalidates and calls <see cref="CacheOperation.End()"/>. With a source
    /// of its own the caller writes <see cref="CacheOperation.Value"/> there, of one key in rising order.
    /// </summary>
    /// <param name="node">Which node writes.</param>
    /// <param name="how">Set, Remove or RemoveByTag.</param>
    /// <param name="key">The key; for a tag of several keys one write of each.</param>
    /// <returns>The write.</returns>
    public CacheOperation BeginWrite(int node, CacheOperationKind how, string key)
    {
        var write = Begin(how, node, key, Interlocked.Increment(ref _values));
        _source.AddOrUpdate(key, write.Value, (_, newest) => Math.Max(newest, write.Value));
        return write;
    }

    /// <summary>A read begins; it ends by <see cref="CacheOperation.End(long)"/>, or not at all where nothing is found.</summary>
    /// <param name="node">Which node reads.</param>
    /// <param name="key">The key.</param>
    /// <returns>The read.</returns>
    public CacheOperation BeginRead(int node, string key) => Begin(CacheOperationKind.Read, node, key, 0);

    /// <summary>
    /// From its end on, the node must have heard what others completed before its begin. For a lag that is allowed, end it
    /// so much later. It says nothing while the node is cut.
    /// </summary>
    /// <param name="node">Which node hears.</param>
    /// <returns>The operation.</returns>
    public CacheOperation BeginHear(int node) => Begin(CacheOperationKind.Hear, node, "", 0);

    /// <summary>
    /// From its begin until the end of the next <see cref="BeginConnect"/>, the node need not hear, nor others hear of it.
    /// What it wrote itself it must see.
    /// </summary>
    /// <param name="node">Which node.</param>
    /// <returns>The operation.</returns>
    public CacheOperation BeginCut(int node) => Begin(CacheOperationKind.Cut, node, "", 0);

    /// <summary>From its end on, the node must have heard what others completed before its begin.</summary>
    /// <param name="node">Which node.</param>
    /// <returns>The operation.</returns>
    public CacheOperation BeginConnect(int node) => Begin(CacheOperationKind.Connect, node, "", 0);

    /// <summary>
    /// Judges: each read gives a value that was written to its key, and none older than the newest write that the node has
    /// to know. Costs about n log n.
    /// </summary>
    /// <returns>The first wrong read and the fewest operations that make it wrong, or null.</returns>
    public CacheViolation? Check()
    {
        var operations = _operations.OrderBy(static it => it.BeganAt).ToList();
        if (HistoryCheck.Find(operations) is not { } found)
        {
            return null;
        }

        var shortest = Shortest.Of(
            operations,
            part => HistoryCheck.Find(part) is { } again && again.Read == found.Read && again.Fault == found.Fault
        );
        return new CacheViolation(seed, found.Fault, found.What, shortest);
    }

    internal long Tick() => Interlocked.Increment(ref _clock);

    private CacheOperation Begin(CacheOperationKind kind, int node, string key, long value)
    {
        var operation = new CacheOperation(this, kind, node, key, value);
        _operations.Enqueue(operation);
        return operation;
    }
}
