using System.Runtime.InteropServices;

namespace PerfKit.TestKit.Load;

/// <summary>
/// A read-only stream of bytes that depend on seed and position alone, so that any middle can be computed without the
/// rest. About 2 GB/s; holds nothing.
/// </summary>
public sealed class PseudoRandomStream(ulong seed, long length) : Stream
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <summary>Fills <paramref name="destination"/> with the bytes at <paramref name="offset"/>.</summary>
    public static void Fill(ulong seed, long offset, Span<byte> destination)
    {
        Span<byte> word = stackalloc byte[sizeof(ulong)];
        while (!destination.IsEmpty)
        {
            var within = (int)(offset % sizeof(ulong));
            if (within == 0 && destination.Length >= sizeof(ulong))
            {
                var words = MemoryMarshal.Cast<byte, ulong>(destination);
                for (var i = 0; i < words.Length; i++)
                {
                    words[i] = Mix(seed + (ulong)((offset / sizeof(ulong)) + i));
                }

                offset += words.Length * sizeof(ulong);
                destination = destination[(words.Length * sizeof(ulong))..];
                continue;
            }

            MemoryMarshal.Write(word, Mix(seed + (ulong)(offset / sizeof(ulong))));
            var part = word[within..Math.Min(sizeof(ulong), within + destination.Length)];
            part.CopyTo(destination);
            offset += part.Length;
            destination = destination[part.Length..];
        }
    }

    public override int Read(Span<byte> buffer)
    {
        var count = (int)Math.Min(buffer.Length, length - _position);
        Fill(seed, _position, buffer[..count]);
        _position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        Task.FromResult(Read(buffer.AsSpan(offset, count)));

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private static ulong Mix(ulong x) // SplitMix64
    {
        x *= Golden;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
