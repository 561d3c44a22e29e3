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
    private readonly MemoryContents _contents;
    private readonly MemoryQuota _quota;
    private readonly StreamingMetrics _metrics;

    /// <summary>Makes an empty store.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is out of its range.</exception>
    public MemoryContentStore(
        MemoryContentStoreOptions? options = null,
        IMeterFactory? meterFactory = null,
        TimeProvider? clock = null
    )
    {
        options ??= new MemoryContentStoreOptions();
        options.Validate();
        _quota = new MemoryQuota(options.CapacityBytes);
        _contents = new MemoryContents(_quota, clock ?? TimeProvider.System);
        _metrics = new StreamingMetrics(meterFactory, "memory");
    }

    /// <inheritdoc/>
    public ValueTask<ContentInfo?> GetInfoAsync(ContentHash hash, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(_contents.Find(hash) is { } bytes ? new ContentInfo(hash, bytes.Length) : null);
    }

    /// <inheritdoc/>
    public ValueTask<ContentReader?> OpenReadAsync(ContentHash hash, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(_contents.Find(hash) is { } bytes ? new MemoryContentReader(new(bytes), metrics: _metrics) : null);
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
    /// <remarks>Sorts the hashes it lists, once, when the listing begins.</remarks>
    public async IAsyncEnumerable<ContentInfo> ListAsync(
        string prefix = "",
        ContentHash? after = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        await Task.CompletedTask.ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        foreach (var content in _contents.List(HashRange.Of(prefix), after))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return content;
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> DeleteAsync(
        ContentHash hash,
        DateTimeOffset? unlessCommittedSince = null,
        CancellationToken cancellationToken = default
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(_contents.Remove(hash, unlessCommittedSince));
    }
}
