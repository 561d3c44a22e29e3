using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using PerfKit.Streaming.Internal;

namespace PerfKit.Streaming;

/// <summary>
/// Contents in memory, for tests and small things. Bounded by <see cref="MemoryContentStoreOptions.CapacityBytes"/>; one
/// content holds at most 2 GB.
/// </summary>
public sealed class MemoryContentStore : IContentStore
{
    private readonly ConcurrentDictionary<ContentHash, byte[]> _contents = new();
    private readonly MemoryQuota _quota;
    private readonly StreamingMetrics _metrics;

    /// <summary>Makes an empty store.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is out of its range.</exception>
    public MemoryContentStore(MemoryContentStoreOptions? options = null, IMeterFactory? meterFactory = null)
    {
        options ??= new MemoryContentStoreOptions();
        options.Validate();
        _quota = new MemoryQuota(options.CapacityBytes);
        _metrics = new StreamingMetrics(meterFactory, "memory");
    }

    /// <inheritdoc/>
    public ValueTask<ContentInfo?> GetInfoAsync(ContentHash hash, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(_contents.TryGetValue(hash, out var bytes) ? new ContentInfo(hash, bytes.Length) : null);
    }

    /// <inheritdoc/>
    public ValueTask<ContentReader?> OpenReadAsync(ContentHash hash, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(
            _contents.TryGetValue(hash, out var bytes) ? new MemoryContentReader(new(bytes), metrics: _metrics) : null
        );
    }

    /// <inheritdoc/>
    public ValueTask<ContentWriter> CreateWriterAsync(
        long? length = null,
        CancellationToken cancellationToken = default
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(new MemoryContentWriter(_contents, _quota, _metrics, length));
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ContentInfo> ListAsync(
        ContentHash? after = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (var (hash, bytes) in _contents.OrderBy(static content => content.Key))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (after is null || hash > after)
            {
                yield return new ContentInfo(hash, bytes.Length);
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> DeleteAsync(ContentHash hash, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!_contents.TryRemove(hash, out var bytes))
        {
            return new(false);
        }

        _quota.Return(bytes.Length);
        return new(true);
    }
}
