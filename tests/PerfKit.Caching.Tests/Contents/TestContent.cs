using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;

namespace PerfKit.Caching.Tests.Contents;

/// <summary>Contents whose every byte follows from their key, so that any byte read can be held against it.</summary>
internal static class TestContent
{
    public static ContentKey Key(int id)
    {
        Span<byte> hash = stackalloc byte[ContentKey.ByteLength];
        BinaryPrimitives.WriteInt32LittleEndian(hash, id);
        return new ContentKey(hash);
    }

    public static byte At(int id, long position) => (byte)((id * 31) + (position * 7) + (position >> 8) + 1);

    public static byte[] Bytes(int id, int length) =>
        [.. Enumerable.Range(0, length).Select(position => At(id, position))];

    /// <summary>The first position that does not belong to the content; -1 when all do.</summary>
    public static long FirstForeign(ReadOnlySequence<byte> bytes, int id, long offset = 0)
    {
        foreach (var block in bytes)
        {
            foreach (var value in block.Span)
            {
                if (value != At(id, offset))
                {
                    return offset;
                }

                offset++;
            }
        }

        return -1;
    }

    /// <summary>A source that gives bytes of a content in parts of some size, the first at once.</summary>
    public static PipeReader Source(int id, int length, int partBytes = 4096) =>
        PipeReader.Create(new MemoryStream(Bytes(id, length)), new StreamPipeReaderOptions(bufferSize: partBytes));

    public static ContentCache Cache(
        long capacityBytes = 1 << 20,
        long maxContentBytes = 1 << 20,
        long budgetBytes = 64 << 20,
        long maxFillingBytes = 32 << 20
    ) =>
        new(
            new ContentCacheOptions
            {
                CapacityBytes = capacityBytes,
                MaxContentBytes = maxContentBytes,
                MaxFillingBytes = maxFillingBytes,
            },
            new MemoryBudget(new MemoryBudgetOptions { LimitBytes = budgetBytes, HighLoadFraction = 1 })
        );

    /// <summary>Everything a cache writes, with a pipe that never makes it wait.</summary>
    public static async Task<(ContentWriteResult Result, byte[] Bytes)> ReadAsync(
        ContentCache cache,
        int id,
        int length,
        Func<CancellationToken, ValueTask<PipeReader>> open,
        long offset = 0,
        long? count = null,
        CancellationToken cancellationToken = default
    )
    {
        using var sink = new MemoryStream();
        var writer = PipeWriter.Create(sink, new StreamPipeWriterOptions(leaveOpen: true));
        var result = await cache.WriteToAsync(
            Key(id),
            length,
            offset,
            count,
            writer,
            open,
            static (open, token) => open(token),
            cancellationToken
        );
        await writer.CompleteAsync();
        return (result, sink.ToArray());
    }
}
