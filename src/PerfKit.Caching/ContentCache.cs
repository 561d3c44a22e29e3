using System.Diagnostics;
using System.IO.Pipelines;
using PerfKit.Caching.Internal.Contents;
using PerfKit.Internal;
using static System.FormattableString;

namespace PerfKit.Caching;

/// <summary>
/// Contents by their hash, within a bound in bytes, in pinned blocks of a <see cref="MemoryBudget"/> that are used again and again:
/// the collector has nothing to move and little to look at. Gives back to the budget when it is asked.
/// </summary>
/// <remarks>
/// A hit is a lookup and a reference taken; nothing is copied or allocated. A content of 64 KB takes 64 KB; any above 1 KB at
/// most a quarter more than its length. Evicted contents stay until their last lease is given back.
/// </remarks>
[DebuggerDisplay("{GetStatistics()}")]
public sealed partial class ContentCache : IContentCache, IDisposable
{
    private const int EvictAtATime = 64;

    private readonly Lock _gate = new();
    private readonly Dictionary<ContentKey, ContentFill> _fills = []; // Those that may still publish.
    private readonly RefusalLog _refusals = new();
    private readonly LocalCache<ContentKey, Content> _kept;
    private readonly LeaseSlots _slots = new();
    private readonly MemoryAccount _account;
    private readonly ContentPool _contents;
    private readonly long _capacityBytes;
    private readonly long _maxContentBytes;
    private readonly long _maxFillingBytes;
    private readonly StripedCounter _passed = new();
    private long _published; // Contents that were put or filled. This and what follows is guarded by _gate.
    private long _fillsKept;
    private long _fillsFailed;
    private long _fillingBytes;
    private bool _isDisposed;

    /// <summary>Makes an empty cache.</summary>
    /// <param name="options">The bounds, read once.</param>
    /// <param name="budget">Where its blocks come from.</param>
    /// <param name="name">The name of its account and metrics.</param>
    /// <exception cref="ArgumentException">An option lies outside its range.</exception>
    public ContentCache(ContentCacheOptions options, MemoryBudget budget, string name = "contents")
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(budget);
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (options.Fault(name) is { } fault)
        {
            throw new ArgumentException(fault, nameof(options));
        }

        _capacityBytes = options.CapacityBytes;
        _maxContentBytes = options.MaxContentBytes;
        _maxFillingBytes = options.MaxFillingBytes;
        _kept = new LocalCache<ContentKey, Content>(
            new LocalCacheOptions { Capacity = options.CapacityBytes, SizeAware = true },
            new LocalCacheRules<ContentKey, Content>
            {
                Weigher = static (_, content) => content.Weight,
                Left = static (_, content, _) => content.Release(),
            },
            name,
            null
        );
        _account = budget.OpenAccount(name, options.Priority, GiveBack);
        _contents = new ContentPool(_account);
    }

    /// <inheritdoc/>
    public bool TryGet(ContentKey key, out ContentLease lease)
    {
        if (_kept.TryGet(key, out var content) && content.TryAcquire(key))
        {
            lease = _slots.Lease(content);
            return true;
        }

        lease = default;
        return false;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> TryWriteToAsync(
        ContentKey key,
        long offset,
        long? count,
        PipeWriter destination,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(destination);
        if (!TryGet(key, out var lease))
        {
            return false;
        }

        var range = Range(lease, offset, count);
        await WriteAsync(lease, range, destination, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <inheritdoc/>
    public bool TryPut(ContentKey key, ReadOnlySpan<byte> content)
    {
        if (WhyNotKept(content.Length) is { } why)
        {
            return Refuse(key, why);
        }

        if (_contents.TryBegin(key, content.Length) is not { } kept)
        {
            return Refuse(key, OutOfBudget);
        }

        kept.Write(0, content);
        lock (_gate)
        {
            if (!_isDisposed)
            {
                Publish(key, kept);
                return true;
            }
        }

        kept.Release();
        throw new ObjectDisposedException(nameof(ContentCache));
    }

    /// <inheritdoc/>
    public bool Remove(ContentKey key)
    {
        ContentFill? fill;
        bool wasKept;
        lock (_gate)
        {
            _fills.Remove(key, out fill);
            wasKept = _kept.Remove(key);
        }

        Orphan(fill);
        return wasKept;
    }

    /// <inheritdoc/>
    public void Clear()
    {
        ContentFill[] fills;
        lock (_gate)
        {
            fills = [.. _fills.Values];
            _fills.Clear();
            _kept.Clear();
        }

        Array.ForEach(fills, Orphan);
    }

    /// <inheritdoc/>
    public ContentCacheStatistics GetStatistics()
    {
        var kept = _kept.GetStatistics();
        lock (_gate)
        {
            return new ContentCacheStatistics(
                kept.Hits,
                kept.Misses,
                _fillsKept,
                _fillsFailed,
                _passed.Value,
                kept.Evictions,
                kept.Entries,
                kept.Weight,
                _fillingBytes,
                _account.UsedBytes,
                _slots.Leased
            );
        }
    }

    /// <inheritdoc/>
    public string Explain(ContentKey key)
    {
        lock (_gate)
        {
            return _fills.TryGetValue(key, out var fill)
                    ? Invariant(
                        $"'{key}' is on its way: {fill.Filled} of {fill.Length} bytes, readers: {fill.Readers}."
                    )
                : _refusals.Find(key) is { } why ? $"'{key}' is absent: {why}."
                : _kept.Explain(key);
        }
    }

    /// <summary>Removes everything and cancels what is on its way in. Leases go on; their blocks go back with them.</summary>
    public void Dispose()
    {
        ContentFill[] fills;
        lock (_gate)
        {
            _isDisposed = true;
            fills = [.. _fills.Values];
        }

        Clear();
        _account.Dispose();
        Array.ForEach(fills, static fill => fill.Abandon());
    }

    internal LocalCacheStatistics TableStatistics() => _kept.GetStatistics();

    internal long TableRemovals(RemovalCause cause) => _kept.Removals(cause);

    private static ContentRange Range(ContentLease lease, long offset, long? count)
    {
        try
        {
            return ContentRange.Of(lease.Length, offset, count);
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    /// <summary>What the budget asks for. Counts what nobody leases, which alone is free at once.</summary>
    private long GiveBack(long bytes)
    {
        var wanted = Math.Max(bytes, _capacityBytes / EvictAtATime);
        var given = 0L;
        while (given < wanted && _kept.TryEvict(out var content))
        {
            given += content.IsLeased ? 0 : content.Weight;
        }

        return given;
    }

    private void Publish(ContentKey key, Content content)
    {
        _refusals.Remove(key);
        _kept.Set(key, content);
        Volatile.Write(ref _published, _published + 1); // Last: who reads this number without the gate finds the content.
    }

    private bool Refuse(ContentKey key, string why)
    {
        _passed.Increment();
        lock (_gate)
        {
            _refusals.Add(key, why);
        }

        return false;
    }
}
