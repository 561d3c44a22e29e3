using System.Buffers;
using PerfKit.Streaming;

namespace FileService.Commands.Compare;

/// <summary>Takes all bytes of an answer, so that they can be compared after the clock was read.</summary>
internal sealed class MemorySink(long size) : IDisposable
{
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent((int)size + 1); // One more shows an answer too long.
    private int _filled;

    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, _filled);

    /// <summary>Reads to the end and returns the number of bytes.</summary>
    public async Task<long> FillAsync(ContentReader reader, CancellationToken ct)
    {
        while (_filled < _buffer.Length)
        {
            var read = await reader.ReadAsync(_filled, _buffer.AsMemory(_filled), ct);
            if (read == 0)
            {
                break;
            }

            _filled += read;
        }

        return _filled;
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);
}
