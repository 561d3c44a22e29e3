using System.Buffers;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace PerfKit.Caching.Internal;

/// <summary>
/// Bytes in pooled arrays of 32 KB, read without copying. An array is larger only where more than that is asked for in
/// one piece, which nothing of this block does, but a serializer may.
/// </summary>
internal sealed class PooledWriter : IBufferWriter<byte>, IDisposable
{
    private const int SegmentBytes = 32 * 1024;

    // Full arrays, and the one being written; a value that fits one array never makes a segment.
    private ByteSegment? _first;
    private ByteSegment? _last;
    private byte[] _current = [];
    private int _used;
    private bool _isDisposed;

    /// <summary>How many bytes were written.</summary>
    public long Length => (_last is null ? 0 : _last.RunningIndex + _last.Memory.Length) + _used;

    /// <summary>What was written, valid until dispose.</summary>
    public ReadOnlySequence<byte> Written
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_first is null)
            {
                return new ReadOnlySequence<byte>(_current, 0, _used);
            }

            var tail = new ByteSegment(_current.AsMemory(0, _used), _last);
            return new ReadOnlySequence<byte>(_first, 0, tail, _used);
        }
    }

    public void Advance(int count)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _current.Length - _used);
        _used += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        MakeRoom(sizeHint);
        return _current.AsMemory(_used);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        MakeRoom(sizeHint);
        return _current.AsSpan(_used);
    }

    /// <summary>Gives the arrays back. A serializer that kept the writer gets an exception from then on.</summary>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        for (var segment = _first; segment is not null; segment = segment == _last ? null : segment.Following)
        {
            var isArray = MemoryMarshal.TryGetArray(segment.Memory, out var full);
            Debug.Assert(isArray, "segments are made of arrays");
            ArrayPool<byte>.Shared.Return(full.Array!);
        }

        if (_current.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_current);
        }

        (_first, _last, _current, _used) = (null, null, [], 0);
    }

    private void MakeRoom(int sizeHint)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        if (_current.Length - _used >= Math.Max(sizeHint, 1))
        {
            return;
        }

        var next = ArrayPool<byte>.Shared.Rent(Math.Max(sizeHint, SegmentBytes));
        if (_used > 0)
        {
            _last = new ByteSegment(_current.AsMemory(0, _used), _last);
            _first ??= _last;
        }
        else if (_current.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_current); // Asked for and not used, then found too small.
        }

        (_current, _used) = (next, 0);
    }
}
