using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Threading.Tasks.Sources;
using Microsoft.Win32.SafeHandles;

namespace PerfKit.Streaming.Internal;

/// <summary>
/// A connection's output without a pipe behind it: a flush hands what was written to the socket, and is over when the socket has
/// taken it all. Between <see cref="BeginFile"/> and the file's last byte, Advance counts bytes of the file instead of bytes
/// in memory, and a flush sends them by sendfile. See README.md.
/// </summary>
internal sealed class DirectOutput : PipeWriter, IValueTaskSource<FlushResult>
{
    /// <summary>Most bytes of a file that one flush sends, so that connections take turns.</summary>
    public const int MostFileBytes = 1 << 20;

    private const int BlockBytes = 16 * 1024; // Holds the header of an answer and a small body: one call sends both.

    // What GetMemory lends for a file. Nobody reads or writes it, so it never gets a page of memory.
    private static readonly byte[] NeverRead = GC.AllocateUninitializedArray<byte>(MostFileBytes);

    private readonly MemoryPool<byte> _pool;
    private readonly OutputQueue _written = new(); // The writer's, until a flush.
    private readonly SocketQueue _socket;
    private readonly Lock _gate = new();

    private OutputPiece? _spare;
    private Memory<byte> _lent;
    private SafeFileHandle? _file;
    private long _fileOffset;
    private long _fileLeft;
    private bool _isCompleted;

    private ManualResetValueTaskSourceCore<FlushResult> _flush;
    private CancellationTokenRegistration _registration;
    private Task _sending = Task.CompletedTask;
    private bool _isSending; // Guarded by the gate, as all below.
    private bool _isFlushing;
    private bool _isFlushCanceled;

    public DirectOutput(Socket socket, MemoryPool<byte> pool)
    {
        _pool = pool;
        _socket = new SocketQueue(socket, pool);
    }

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes
    {
        get
        {
            var bytes = 0L;
            for (var piece = _written.First; piece is not null; piece = piece.Next)
            {
                bytes += piece.Left;
            }

            return bytes;
        }
    }

    /// <summary>Why a file could not be sent to its end; the connection is of no more use then.</summary>
    public Exception? FileFault => _socket.FileFault;

    /// <summary>Bytes that the socket has taken and the peer acknowledged, and those it has not.</summary>
    public (long Acknowledged, long Waiting) Progress => _socket.Progress;

    public static bool IsOfFile(ReadOnlyMemory<byte> lent) =>
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(lent, out var array) && array.Array == NeverRead;

    /// <summary>Whether this is the memory that was lent last: then nothing stands between this output and its user.</summary>
    public bool WasLent(ReadOnlyMemory<byte> memory) => !_lent.IsEmpty && memory.Equals(_lent);

    /// <summary>The next bytes are the file's, behind what was written before. The caller keeps the file open.</summary>
    public void BeginFile(SafeFileHandle file, long offset, long length)
    {
        if (_fileLeft > 0)
        {
            throw new InvalidOperationException($"A file with {_fileLeft} bytes to come is being sent already.");
        }

        (_file, _fileOffset, _fileLeft) = (file, offset, length);
    }

    public void EndFile() => (_file, _fileLeft) = (null, 0);

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        ThrowIfCompleted();
        if (_fileLeft > 0)
        {
            return NeverRead.AsMemory(0, (int)Math.Min(_fileLeft, MostFileBytes));
        }

        if (_written.Last is not { File: null } block || block.Free.Length < Math.Max(sizeHint, 1))
        {
            block = NewPiece();
            block.UseBlock(_pool, Math.Max(sizeHint, BlockBytes));
        }

        return _lent = block.Free;
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        if (_fileLeft > 0)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, _fileLeft);
            var piece = NewPiece();
            piece.UseFile(_file!, _fileOffset);
            piece.Add(bytes);
            _fileOffset += bytes;
            _fileLeft -= bytes;
        }
        else if (bytes > 0)
        {
            var block = _written.Last is { File: null } last ? last : null;
            (block ?? throw new InvalidOperationException("No memory was asked for.")).Add(bytes);
            _lent = default;
        }
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<FlushResult>(cancellationToken);
        }

        bool startsSending;
        lock (_gate)
        {
            if (_isFlushing)
            {
                throw new InvalidOperationException("The flush before is not over.");
            }

            startsSending = Hand();
            if (!_isSending || _isFlushCanceled)
            {
                var result = new FlushResult(_isFlushCanceled, _socket.IsGone);
                _isFlushCanceled = false;
                if (!startsSending)
                {
                    return new ValueTask<FlushResult>(result);
                }

                _sending = SendRestAsync();
                return new ValueTask<FlushResult>(result);
            }

            _isFlushing = true;
            _flush.Reset();
            _flush.RunContinuationsAsynchronously = false;
        }

        if (startsSending)
        {
            _sending = SendRestAsync();
        }

        _registration = cancellationToken.UnsafeRegister(
            static (self, token) => ((DirectOutput)self!).CancelFlush(new OperationCanceledException(token)),
            this
        );
        return new ValueTask<FlushResult>(this, _flush.Version);
    }

    public override void CancelPendingFlush()
    {
        lock (_gate)
        {
            _isFlushCanceled = !_isFlushing;
        }

        CancelFlush(error: null);
    }

    public override void Complete(Exception? exception = null)
    {
        if (_isCompleted)
        {
            return;
        }

        _isCompleted = true;
        lock (_gate)
        {
            if (exception is null && Hand())
            {
                _sending = SendRestAsync();
            }
        }
    }

    /// <summary>Waits until what was flushed is sent or the peer has left, then gives everything back.</summary>
    public async Task EndAsync()
    {
        Complete();
        await _sending.ConfigureAwait(false);
        _socket.Drop();
        while (_written.First is not null)
        {
            _written.TakeFirst().Clear();
        }
    }

    FlushResult IValueTaskSource<FlushResult>.GetResult(short token)
    {
        _registration.Dispose(); // Before the next flush, which a late cancellation of this one must not end.
        return _flush.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource<FlushResult>.GetStatus(short token) => _flush.GetStatus(token);

    void IValueTaskSource<FlushResult>.OnCompleted(
        Action<object?> continuation,
        object? state,
        short token,
        ValueTaskSourceOnCompletedFlags flags
    ) => _flush.OnCompleted(continuation, state, token, flags);

    private OutputPiece NewPiece()
    {
        var piece = Interlocked.Exchange(ref _spare, null) ?? new OutputPiece();
        _written.Add(piece);
        return piece;
    }

    /// <summary>Hands over what was written and sends what the socket takes at once; true when the rest needs waiting for.</summary>
    private bool Hand()
    {
        _socket.Add(_written);
        _lent = default;
        if (_isSending || _socket.TrySend(ref _spare))
        {
            return false;
        }

        _isSending = true;
        return true;
    }

    private async Task SendRestAsync()
    {
        while (true)
        {
            await _socket.SendWaitingAsync().ConfigureAwait(false);
            bool endsFlush;
            lock (_gate)
            {
                _isSending = !_socket.TrySend(ref _spare);
                if (_isSending)
                {
                    continue;
                }

                endsFlush = _isFlushing; // In the same step: a flush that begins after this is not this one's to end.
                _isFlushing = false;
            }

            if (endsFlush)
            {
                _flush.SetResult(new FlushResult(isCanceled: false, _socket.IsGone));
            }

            return;
        }
    }

    private void CancelFlush(Exception? error)
    {
        lock (_gate)
        {
            if (!_isFlushing)
            {
                return;
            }

            _isFlushing = false;
        }

        _flush.RunContinuationsAsynchronously = true; // Not on the thread of whoever cancels.
        if (error is null)
        {
            _flush.SetResult(new FlushResult(isCanceled: true, _socket.IsGone));
        }
        else
        {
            _flush.SetException(error);
        }
    }

    private void ThrowIfCompleted()
    {
        if (_isCompleted)
        {
            throw new InvalidOperationException("The output is completed; nothing can be written to it.");
        }
    }
}
