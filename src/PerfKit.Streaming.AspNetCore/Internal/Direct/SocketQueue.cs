using System.Buffers;
using System.Net.Sockets;

namespace PerfKit.Streaming.Internal;

/// <summary>
/// What a socket has still to take. <see cref="TrySend"/> never waits; <see cref="SendWaitingAsync"/> waits for room as any .NET
/// socket does, by an asynchronous send of a small block, so that no descriptor is watched here and no waiter can be lost.
/// </summary>
internal sealed class SocketQueue(Socket socket, MemoryPool<byte> pool)
{
    private const int WaitingBytes = 4096; // A page: what a slow reader costs, and offsets stay whole pages.
    private const int CopiedBytes = 64 * 1024;

    private readonly SafeSocketHandle _handle = socket.SafeHandle;
    private readonly OutputQueue _queue = new();
    private long _sentBytes;
    private bool _mustCopy; // This file's file system knows no sendfile.

    /// <summary>Whether the peer has left, or the socket was closed here.</summary>
    public bool IsGone { get; private set; }

    public Exception? FileFault { get; private set; }

    public (long Acknowledged, long Waiting) Progress
    {
        get
        {
            try
            {
                var waiting = SocketCalls.Unacknowledged(_handle);
                return (Volatile.Read(ref _sentBytes) - waiting, waiting);
            }
            catch (ObjectDisposedException)
            {
                return (Volatile.Read(ref _sentBytes), 0);
            }
        }
    }

    public void Add(OutputQueue written) => _queue.AddAll(written);

    /// <summary>Sends what the socket takes now; true when nothing is left to send, be it that the peer is gone.</summary>
    public bool TrySend(ref OutputPiece? spare)
    {
        while (!IsGone && _queue.First is { } piece)
        {
            var sent = piece.Left == 0 ? 0 : SendSome(piece);
            if (sent == -SocketCalls.WouldBlock)
            {
                return false;
            }

            if (sent >= 0)
            {
                piece.Take(sent);
                _sentBytes += sent;
                if (piece.Left == 0)
                {
                    _queue.TakeFirst().Clear();
                    spare = piece;
                }
            }
        }

        if (IsGone)
        {
            Drop();
        }

        return true;
    }

    /// <summary>Waits until the socket takes the next block, of a file one page.</summary>
    public async ValueTask SendWaitingAsync()
    {
        var piece = _queue.First!;
        try
        {
            if (piece.File is null)
            {
                Took(piece, await socket.SendAsync(piece.Unsent, SocketFlags.None).ConfigureAwait(false));
                return;
            }

            var bytes = (int)Math.Min(piece.Left, _mustCopy ? CopiedBytes : WaitingBytes);
            using var block = bytes <= pool.MaxBufferSize ? pool.Rent(bytes) : MemoryPool<byte>.Shared.Rent(bytes);
            var read = RandomAccess.Read(piece.File, block.Memory.Span[..bytes], piece.FileOffset);
            if (read == 0)
            {
                EndFile(Truncated(piece));
                return;
            }

            Took(piece, await socket.SendAsync(block.Memory[..read], SocketFlags.None).ConfigureAwait(false));
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or IOException)
        {
            End(piece, error);
        }
    }

    /// <summary>Gives back what will not be sent.</summary>
    public void Drop()
    {
        while (_queue.First is not null)
        {
            _queue.TakeFirst().Clear();
        }
    }

    private int SendSome(OutputPiece piece)
    {
        try
        {
            var sent = piece switch
            {
                { File: null } => SocketCalls.Send(_handle, piece.Unsent.Span, moreComes: piece.Next is not null),
                _ when _mustCopy => -SocketCalls.WouldBlock,
                _ => SocketCalls.SendFile(_handle, piece.File, piece.FileOffset, (int)piece.Left),
            };
            switch (-sent)
            {
                case 0:
                    EndFile(Truncated(piece));
                    return -SocketCalls.Interrupted;
                case < 0 or SocketCalls.Interrupted or SocketCalls.WouldBlock:
                    return sent;
                case SocketCalls.BadArgument or SocketCalls.NotKnown when piece.File is not null:
                    _mustCopy = true;
                    return -SocketCalls.WouldBlock;
                default:
                    End(piece, SocketCalls.Error(-sent));
                    return sent;
            }
        }
        catch (ObjectDisposedException error)
        {
            End(piece, error);
            return -SocketCalls.BrokenPipe;
        }
    }

    private void Took(OutputPiece piece, int bytes)
    {
        piece.Take(bytes);
        Volatile.Write(ref _sentBytes, _sentBytes + bytes);
    }

    /// <summary>Whatever went wrong, this connection sends no more. A fault of the file is kept for the one who sends it.</summary>
    private void End(OutputPiece piece, Exception error)
    {
        var isOfFile = piece.File is { } file && (error is IOException || (file.IsClosed && !_handle.IsClosed));
        if (isOfFile)
        {
            EndFile(error);
        }

        IsGone = true;
    }

    private void EndFile(Exception fault)
    {
        FileFault = fault;
        IsGone = true;
    }

    private static EndOfStreamException Truncated(OutputPiece piece) =>
        new($"The file ended at byte {piece.FileOffset}, {piece.Left} bytes before the end of what was promised.");
}
