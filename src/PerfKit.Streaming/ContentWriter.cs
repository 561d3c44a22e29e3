using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using PerfKit.Streaming.Internal;

namespace PerfKit.Streaming;

/// <summary>
/// Takes one content, hashes it on the way (SHA-256) and makes it visible at once or never:
/// write, <see cref="FinishAsync"/>, then <see cref="CommitAsync"/>. Disposing before the commit leaves no trace.
/// Holds one pooled block of 256 KB, or of the declared length when that is less. For one caller at a time.
/// </summary>
/// <remarks>An engine derives from it and brings five verbs; order, hash, length and block keeping are here.</remarks>
public abstract class ContentWriter : IAsyncDisposable
{
    private readonly long? _declaredLength;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[]? _block;
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
        _block = ArrayPool<byte>.Shared.Rent((int)Math.Min(declaredLength ?? long.MaxValue, ContentReader.BlockBytes));
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

    /// <summary>Takes bytes; they are copied before this returns, and go to the store in blocks of 256 KB.</summary>
    /// <exception cref="ContentTooLargeException">More bytes than were declared.</exception>
    /// <exception cref="ContentStoreFullException">The store has no room left.</exception>
    /// <exception cref="InvalidOperationException">The writer is finished, failed or disposed.</exception>
    [SuppressMessage(
        "ApiDesign",
        "RS0026",
        Justification = "No argument fits both overloads, so no call changes its meaning."
    )]
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default)
    {
        Demand(State.Writing);
        if (Length + bytes.Length > _declaredLength)
        {
            _state = State.Failed;
            throw new ContentTooLargeException(_declaredLength.Value);
        }

        while (!bytes.IsEmpty)
        {
            var taken = Math.Min(ContentReader.BlockBytes - _filled, bytes.Length);
            bytes[..taken].CopyTo(_block.AsMemory(_filled));
            bytes = bytes[taken..];
            _filled += taken;
            if (_filled == ContentReader.BlockBytes)
            {
                await WriteOutAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc cref="WriteAsync(ReadOnlyMemory{byte}, CancellationToken)"/>
    [SuppressMessage(
        "ApiDesign",
        "RS0026",
        Justification = "No argument fits both overloads, so no call changes its meaning."
    )]
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WriteAsync(ReadOnlySequence<byte> bytes, CancellationToken cancellationToken = default)
    {
        foreach (var segment in bytes)
        {
            await WriteAsync(segment, cancellationToken).ConfigureAwait(false);
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

        await WriteOutAsync(cancellationToken).ConfigureAwait(false);
        using var activity = StreamingActivity.Start("content.finish", _writtenOut);
        _state = State.Failed;
        await FinishBlocksAsync(cancellationToken).ConfigureAwait(false);
        _info = new ContentInfo(TakeHash(), _writtenOut);
        _state = State.Finished;
        ReleaseBlock();
        return _info;
    }

    /// <summary>
    /// Reads back what was finished, before or after the commit. The reader is good until this writer is disposed.
    /// </summary>
    /// <exception cref="InvalidOperationException">The writer is not finished.</exception>
    public ContentReader OpenFinished()
    {
        if (_state != State.Committed)
        {
            Demand(State.Finished);
        }

        return OpenBlocks(_writtenOut);
    }

    /// <summary>
    /// Makes the content visible under its hash, whole and, in a durable store, for good; does nothing when that content is
    /// already there. May be tried again after an I/O error; a second call after success does nothing.
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
        _hash.Dispose();
        await ReleaseAsync(committed).ConfigureAwait(false);
    }

    /// <summary>Stores one block at an offset; blocks come in order and are hashed while this runs.</summary>
    protected abstract ValueTask WriteBlockAsync(
        ReadOnlyMemory<byte> block,
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

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteOutAsync(CancellationToken cancellationToken)
    {
        if (_filled == 0)
        {
            return;
        }

        _state = State.Failed; // Until the block is stored: after an error nobody knows what is on the disk.
        var write = WriteBlockAsync(_block.AsMemory(0, _filled), _writtenOut, cancellationToken);
        _hash.AppendData(_block!, 0, _filled); // While the disk works.
        await write.ConfigureAwait(false);
        _writtenOut += _filled;
        _filled = 0;
        _state = State.Writing;
    }

    private ContentHash TakeHash()
    {
        Span<byte> sha256 = stackalloc byte[ContentHash.ByteLength];
        _hash.GetHashAndReset(sha256);
        return new ContentHash(sha256);
    }

    private void ReleaseBlock()
    {
        if (Interlocked.Exchange(ref _block, null) is { } block)
        {
            ArrayPool<byte>.Shared.Return(block);
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
