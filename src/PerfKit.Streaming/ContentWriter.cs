using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using PerfKit.Streaming.Internal;

namespace PerfKit.Streaming;

/// <summary>
/// Takes one content, hashes it on the way (SHA-256 and XxHash128) and makes it visible at once or never:
/// write, <see cref="FinishAsync"/>, then <see cref="CommitAsync"/>. Disposing before the commit leaves no trace.
/// Holds a pooled block of 64 KB while small pieces wait in it, and nothing otherwise. For one caller at a time.
/// </summary>
/// <remarks>An engine derives from it and brings five verbs; order, hashes, length and block keeping are here.</remarks>
public abstract class ContentWriter : IAsyncDisposable
{
    /// <summary>Below this many bytes a write costs more for the call than for the bytes.</summary>
    internal const int LeastBytesWritten = 16 * 1024;

    private const int BlockBytes = 64 * 1024;

    private readonly long? _declaredLength;
    private readonly ContentHasher _hasher = new();
    private byte[]? _block; // Held while it holds something.
    private int _filled;
    private long _writtenOut;
    private State _state;
    private ContentInfo? _info;

    /// <summary>Begins a content.</summary>
    /// <param name="declaredLength">Bytes to come, when known; other lengths are refused.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="declaredLength"/> is negative.</exception>
    protected ContentWriter(long? declaredLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(declaredLength ?? 0, nameof(declaredLength));
        _declaredLength = declaredLength;
    }

    private enum State
    {
        Writing,
        Finished,
        Committed,
        Failed,
        Disposed,
    }

    /// <summary>Bytes taken so far.</summary>
    public long Length => _writtenOut + _filled;

    /// <summary>
    /// The XxHash128 of the content, once it is finished: a checksum against accidents, not against people. Stores do not keep it.
    /// </summary>
    /// <exception cref="InvalidOperationException">The writer is not finished.</exception>
    public UInt128 XxHash128
    {
        get
        {
            DemandFinished();
            return _hasher.XxHash128;
        }
    }

    /// <inheritdoc cref="WriteAsync(ReadOnlySequence{byte}, CancellationToken)"/>
    [SuppressMessage(
        "ApiDesign",
        "RS0026",
        Justification = "No argument fits both overloads, so no call changes its meaning."
    )]
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default) =>
        WriteAsync(new ReadOnlySequence<byte>(bytes), cancellationToken);

    /// <summary>
    /// Takes bytes; the memory is the caller's again when the call is done. 16 KB and more go to the store as they lie, with no
    /// copy; less is gathered in a block of 64 KB first.
    /// </summary>
    /// <exception cref="ContentTooLargeException">More bytes than were declared.</exception>
    /// <exception cref="ContentStoreFullException">The store has no room left.</exception>
    /// <exception cref="InvalidOperationException">The writer is finished, failed or disposed.</exception>
    [SuppressMessage(
        "ApiDesign",
        "RS0026",
        Justification = "No argument fits both overloads, so no call changes its meaning."
    )]
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WriteAsync(ReadOnlySequence<byte> bytes, CancellationToken cancellationToken = default)
    {
        Demand(State.Writing);
        if (Length + bytes.Length > _declaredLength)
        {
            _state = State.Failed;
            throw new ContentTooLargeException(_declaredLength.Value);
        }

        if (bytes.Length >= LeastBytesWritten)
        {
            await EmptyBlockAsync(cancellationToken).ConfigureAwait(false);
            await StoreAsync(bytes, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (_filled + bytes.Length > BlockBytes)
        {
            await EmptyBlockAsync(cancellationToken).ConfigureAwait(false);
        }

        if (!bytes.IsEmpty)
        {
            _block ??= ArrayPool<byte>.Shared.Rent(BlockBytes);
            bytes.CopyTo(_block.AsSpan(_filled));
            _filled += (int)bytes.Length;
        }
    }

    /// <summary>
    /// Ends the content: all bytes are hashed and, in a durable store, on the disk, but not yet visible. Call it again and
    /// it answers the same.
    /// </summary>
    /// <exception cref="ContentTruncatedException">Fewer bytes than were declared.</exception>
    /// <exception cref="ContentStoreFullException">The store has no room left.</exception>
    /// <exception cref="InvalidOperationException">The writer has failed or is disposed.</exception>
    public async ValueTask<ContentInfo> FinishAsync(CancellationToken cancellationToken = default)
    {
        if (_info is not null && _state != State.Disposed)
        {
            return _info;
        }

        Demand(State.Writing);
        if (Length < _declaredLength)
        {
            _state = State.Failed;
            throw new ContentTruncatedException(_declaredLength.Value, Length);
        }

        await EmptyBlockAsync(cancellationToken).ConfigureAwait(false);
        using var activity = StreamingActivity.Start("content.finish", _writtenOut);
        _state = State.Failed;
        await FinishBlocksAsync(cancellationToken).ConfigureAwait(false);
        _info = new ContentInfo(_hasher.Sha256, _writtenOut);
        _state = State.Finished;
        return _info;
    }

    /// <summary>
    /// Reads back what was finished, before or after the commit. The reader is good until this writer is disposed.
    /// </summary>
    /// <exception cref="InvalidOperationException">The writer is not finished.</exception>
    public ContentReader OpenFinished()
    {
        DemandFinished();
        return OpenBlocks(_writtenOut);
    }

    /// <summary>
    /// Makes the content visible under its hash, whole and, in a durable store, for good; does nothing when that content is
    /// already there. May be tried again after an I/O error, unless a sync failed; a second call after success does
    /// nothing.
    /// </summary>
    /// <exception cref="InvalidOperationException">The writer is not finished.</exception>
    public async ValueTask CommitAsync(CancellationToken cancellationToken = default)
    {
        if (_state == State.Committed)
        {
            return;
        }

        Demand(State.Finished);
        cancellationToken.ThrowIfCancellationRequested();
        using var activity = StreamingActivity.Start("content.commit", _writtenOut);
        await PublishAsync(_info!, cancellationToken).ConfigureAwait(false);
        _state = State.Committed;
    }

    /// <summary>Releases everything; what was not committed is gone.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_state == State.Disposed)
        {
            return;
        }

        var committed = _state == State.Committed;
        _state = State.Disposed;
        GC.SuppressFinalize(this);
        ReleaseBlock();
        _hasher.Dispose();
        await ReleaseAsync(committed).ConfigureAwait(false);
    }

    /// <summary>
    /// Stores bytes at an offset, in as few calls as it can; they come in order, are lent for the time of the call, and are hashed
    /// while it runs.
    /// </summary>
    protected abstract ValueTask WriteBlocksAsync(
        ReadOnlySequence<byte> blocks,
        long offset,
        CancellationToken cancellationToken
    );

    /// <summary>Makes all blocks durable under a temporary name.</summary>
    protected abstract ValueTask FinishBlocksAsync(CancellationToken cancellationToken);

    /// <summary>Opens the finished blocks.</summary>
    protected abstract ContentReader OpenBlocks(long length);

    /// <summary>Makes the finished content visible, atomically.</summary>
    protected abstract ValueTask PublishAsync(ContentInfo content, CancellationToken cancellationToken);

    /// <summary>Releases what the writer holds, and drops the blocks unless they were committed. Called once.</summary>
    protected abstract ValueTask ReleaseAsync(bool committed);

    private async ValueTask EmptyBlockAsync(CancellationToken cancellationToken)
    {
        if (_filled > 0)
        {
            var filled = new ReadOnlySequence<byte>(_block!, 0, _filled);
            _filled = 0;
            await StoreAsync(filled, cancellationToken).ConfigureAwait(false);
            ReleaseBlock();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask StoreAsync(ReadOnlySequence<byte> bytes, CancellationToken cancellationToken)
    {
        _state = State.Failed; // Until they are stored: after an error nobody knows what is on the disk.
        var write = WriteBlocksAsync(bytes, _writtenOut, cancellationToken);
        _hasher.Append(bytes); // While the disk works.
        await write.ConfigureAwait(false);
        _writtenOut += bytes.Length;
        _state = State.Writing;
    }

    private void ReleaseBlock()
    {
        if (Interlocked.Exchange(ref _block, null) is { } block)
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    private void DemandFinished()
    {
        if (_state != State.Committed)
        {
            Demand(State.Finished);
        }
    }

    private void Demand(State state)
    {
        ObjectDisposedException.ThrowIf(_state == State.Disposed, this);
        if (_state != state)
        {
            throw new InvalidOperationException(
                $"The content writer is {_state.ToString().ToLowerInvariant()}; this call needs it {state.ToString().ToLowerInvariant()}."
            );
        }
    }
}
