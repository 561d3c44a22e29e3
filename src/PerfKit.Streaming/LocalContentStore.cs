using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;
using PerfKit.Streaming.Internal;

namespace PerfKit.Streaming;

/// <summary>
/// Contents as files: <c>root/ab/cdef...</c>, one folder for each first byte of the hash; unfinished ones in <c>root/tmp</c>.
/// A content appears by one rename, whole or not at all, also over a crash; symbolic links below the root are not followed.
/// A file's last write time is the time of its content's last commit. Several processes may share a root.
/// </summary>
public sealed class LocalContentStore : ISweepableContentStore
{
    private readonly StoreLayout _layout;
    private readonly StreamingMetrics _metrics;
    private readonly HeldFiles _held;

    /// <summary>Opens the store, making its folder when missing.</summary>
    /// <exception cref="ArgumentException">The options name no folder.</exception>
    /// <exception cref="IOException">The folder cannot be made or used.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be made.</exception>
    public LocalContentStore(
        LocalContentStoreOptions options,
        IMeterFactory? meterFactory = null,
        TimeProvider? clock = null
    )
        : this(options, meterFactory, clock, RandomAccess.FlushToDisk) { }

    /// <summary>With another way to bring a file or a folder to the disk, for tests.</summary>
    internal LocalContentStore(
        LocalContentStoreOptions options,
        IMeterFactory? meterFactory,
        TimeProvider? clock,
        Action<SafeFileHandle> flush
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.FindFault() is { } fault)
        {
            throw new ArgumentException(fault, nameof(options));
        }

        _layout = new StoreLayout(
            Path.GetFullPath(options.Root),
            clock ?? TimeProvider.System,
            options.Durable ? flush : null
        );
        _metrics = new StreamingMetrics(meterFactory, "local");
        _held = new HeldFiles(_layout.Clock);
        _layout.Prepare();
    }

    /// <summary>The full path of the store's folder.</summary>
    public string Root => _layout.Root;

    /// <inheritdoc/>
    /// <remarks>Costs opening the file; its bytes are not read.</remarks>
    public ValueTask<ContentInfo?> GetInfoAsync(ContentHash hash, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var shard = _layout.OpenShard(hash);
        using var file = shard?.OpenFile(StoreLayout.FileName(hash));
        return new(file is null ? null : new ContentInfo(hash, RandomAccess.GetLength(file)));
    }

    /// <inheritdoc/>
    public ValueTask<ContentReader?> OpenReadAsync(ContentHash hash, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(
            _held.TryUse(hash) is { } held
                ? new LocalContentReader(held.Handle, held.Length, held, _metrics)
                : OpenByName(hash)
        );
    }

    /// <inheritdoc/>
    public ValueTask<ContentWriter> CreateWriterAsync(
        long? length = null,
        CancellationToken cancellationToken = default
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        ArgumentOutOfRangeException.ThrowIfNegative(length ?? 0, nameof(length));
        return new(LocalContentWriter.Create(_layout, _metrics, length));
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Holds the names of one shard, a 256th of the store, at a time. A prefix of two or more digits opens one shard.
    /// </remarks>
    public async IAsyncEnumerable<ContentInfo> ListAsync(
        string prefix = "",
        ContentHash? after = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        var range = HashRange.Of(prefix);
        var first = after > range.First ? after.Value : range.First;
        for (var number = StoreLayout.ShardOf(first); number <= StoreLayout.ShardOf(range.Last); number++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await Task.Yield(); // A long listing gives the thread back between shards.
            using var shard = _layout.OpenShard(number);
            if (shard is null)
            {
                continue;
            }

            foreach (var hash in _layout.ListShard(number, range, after))
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var file = shard.OpenFile(StoreLayout.FileName(hash));
                if (file is not null)
                {
                    yield return new ContentInfo(hash, RandomAccess.GetLength(file));
                }
            }
        }
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Not synced to the disk: after a power cut the content may be there again, which is what a collector expects. A condition
    /// holds among all processes that share the root, by a lock on the shard's folder (flock); on Windows it holds among the
    /// commits of this process.
    /// </remarks>
    public ValueTask<bool> DeleteAsync(
        ContentHash hash,
        DateTimeOffset? unlessCommittedSince = null,
        CancellationToken cancellationToken = default
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var shard = _layout.OpenShard(hash);
        return new(shard is not null && shard.Delete(StoreLayout.FileName(hash), unlessCommittedSince));
    }

    /// <inheritdoc/>
    /// <remarks>Looks at the lock of each temporary file: a living writer holds it.</remarks>
    public ValueTask<int> SweepAsync(TimeSpan olderThan, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(olderThan, TimeSpan.Zero);
        _layout.DemandTemporaryFolder();
        return new(
            TemporaryFiles.Sweep(_layout.TemporaryFolder, _layout.Clock.GetUtcNow() - olderThan, cancellationToken)
        );
    }

    private LocalContentReader? OpenByName(ContentHash hash)
    {
        using var shard = _layout.OpenShard(hash);
        if (shard?.OpenFile(StoreLayout.FileName(hash)) is not { } file)
        {
            return null;
        }

        return _held.Hold(hash, file) is { } held
            ? new LocalContentReader(file, held.Length, held, _metrics)
            : new LocalContentReader(file, RandomAccess.GetLength(file), file, _metrics);
    }
}
