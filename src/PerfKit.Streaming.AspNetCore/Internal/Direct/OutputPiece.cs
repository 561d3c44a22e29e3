using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace PerfKit.Streaming.Internal;

/// <summary>One stretch of what goes out: a block that is filled and then sent, or a part of a file. Used again when it is spent.</summary>
internal sealed class OutputPiece
{
    private IMemoryOwner<byte>? _owner;
    private byte[]? _array;
    private Memory<byte> _block;
    private int _sent;
    private int _filled;

    public OutputPiece? Next { get; set; }

    /// <summary>The file that is sent; null for a block.</summary>
    public SafeFileHandle? File { get; private set; }

    public long FileOffset { get; private set; }

    /// <summary>Bytes still to send.</summary>
    public long Left { get; private set; }

    public Memory<byte> Free => _block[_filled..];

    public ReadOnlyMemory<byte> Unsent => _block[_sent.._filled];

    public void UseBlock(MemoryPool<byte> pool, int bytes)
    {
        if (bytes <= pool.MaxBufferSize)
        {
            _owner = pool.Rent(bytes);
            _block = _owner.Memory;
        }
        else
        {
            _array = ArrayPool<byte>.Shared.Rent(bytes);
            _block = _array;
        }
    }

    public void UseFile(SafeFileHandle file, long offset) => (File, FileOffset) = (file, offset);

    public void Add(int bytes)
    {
        if (File is null)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, _block.Length - _filled);
            _filled += bytes;
        }

        Left += bytes;
    }

    public void Take(int bytes)
    {
        Left -= bytes;
        if (File is null)
        {
            _sent += bytes;
        }
        else
        {
            FileOffset += bytes;
        }
    }

    /// <summary>Gives the block back. It must be out of use: this is the one place that does.</summary>
    public void Clear()
    {
        _owner?.Dispose();
        if (_array is not null)
        {
            ArrayPool<byte>.Shared.Return(_array);
        }

        (_owner, _array, _block, _sent, _filled) = (null, null, default, 0, 0);
        (File, FileOffset, Left, Next) = (null, 0, 0, null);
    }
}
