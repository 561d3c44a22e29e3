using System.IO.Pipelines;

namespace PerfKit.Streaming.Internal.Contract;

/// <summary>What a reader promises: any range, at any time, of bytes that do not change.</summary>
internal static class ReadingRules
{
    private const int Length = 900_000;

    public static readonly ContentStoreRule[] All =
    [
        new("A content that is not there is null, and deleting it is false", AbsentAsync),
        new("A read gives the bytes at its offset, and none behind the end", ReadsAtOffsetsAsync),
        new("Reads of one reader at once do not disturb each other", OverlappingReadsAsync),
        new("A range goes into a pipe as it was asked for", CopiesRangesAsync),
        new("An open reader reads on after its content was deleted", ReadsOnAsync),
    ];

    private static async Task AbsentAsync(IContentStore store)
    {
        var hash = ContentHash.Compute("absent"u8);
        await store.DemandHoldsNothingAsync(hash).ConfigureAwait(false);
        Trial.Demand(!await store.DeleteAsync(hash).ConfigureAwait(false), "DeleteAsync said true.");
    }

    private static async Task ReadsAtOffsetsAsync(IContentStore store)
    {
        var (reader, bytes) = await PutAndOpenAsync(store).ConfigureAwait(false);
        await using var _ = reader.ConfigureAwait(false);
        var dice = new Random(4);
        for (var i = 0; i < 100; i++)
        {
            await DemandReadsAsync(reader, bytes, dice.Next(Length)).ConfigureAwait(false);
        }

        foreach (var offset in new[] { Length, Length + 1L, long.MaxValue })
        {
            var read = await reader.ReadAsync(offset, new byte[10]).ConfigureAwait(false);
            Trial.Demand(read == 0, $"A read at {offset}, behind the end at {Length}, gave {read} bytes.");
        }

        await Trial
            .DemandThrowsAsync<ArgumentOutOfRangeException>(
                async () => await reader.ReadAsync(-1, new byte[10]).ConfigureAwait(false),
                "ReadAsync at -1"
            )
            .ConfigureAwait(false);
    }

    private static async Task OverlappingReadsAsync(IContentStore store)
    {
        var (reader, bytes) = await PutAndOpenAsync(store).ConfigureAwait(false);
        await using var _ = reader.ConfigureAwait(false);
        await Task.WhenAll(
                Enumerable.Range(0, 200).Select(i => Task.Run(() => DemandReadsAsync(reader, bytes, i * 7919 % Length)))
            )
            .ConfigureAwait(false);
    }

    private static async Task CopiesRangesAsync(IContentStore store)
    {
        var (reader, bytes) = await PutAndOpenAsync(store).ConfigureAwait(false);
        await using var _ = reader.ConfigureAwait(false);
        foreach (var (offset, length) in new[] { (0, Length), (123_456, 654_321), (Length - 1, 1), (77, 0) })
        {
            var copy = new MemoryStream();
            var pipe = PipeWriter.Create(copy, new StreamPipeWriterOptions(leaveOpen: true));
            var whole = await reader.WriteToAsync(pipe, offset, length).ConfigureAwait(false);
            await pipe.CompleteAsync().ConfigureAwait(false);
            Trial.Demand(
                whole && copy.ToArray().AsSpan().SequenceEqual(bytes.AsSpan(offset, length)),
                $"WriteToAsync of {length} bytes at {offset} copied {copy.Length}, or others."
            );
        }
    }

    private static async Task ReadsOnAsync(IContentStore store)
    {
        var (reader, bytes) = await PutAndOpenAsync(store).ConfigureAwait(false);
        await using var _ = reader.ConfigureAwait(false);
        await DemandReadsAsync(reader, bytes, 0).ConfigureAwait(false);
        Trial.Demand(
            await store.DeleteAsync(ContentHash.Compute(bytes)).ConfigureAwait(false),
            "A content with an open reader could not be deleted."
        );
        var read = await reader.ReadAllAsync().ConfigureAwait(false);
        Trial.Demand(read.AsSpan().SequenceEqual(bytes), "The open reader read other bytes after the delete.");
    }

    private static async Task<(ContentReader Reader, byte[] Bytes)> PutAndOpenAsync(IContentStore store)
    {
        var bytes = Trial.Bytes(Length);
        var content = await store.PutAsync(bytes).ConfigureAwait(false);
        var reader = await store.OpenReadAsync(content.Hash).ConfigureAwait(false);
        Trial.Demand(reader?.Length == Length, $"A reader of {Length} bytes has the length {reader?.Length}.");
        return (reader!, bytes);
    }

    private static async Task DemandReadsAsync(ContentReader reader, byte[] bytes, int offset)
    {
        var buffer = new byte[5000];
        var read = await reader.ReadAsync(offset, buffer).ConfigureAwait(false);
        Trial.Demand(
            read > 0 && bytes.AsSpan(offset).StartsWith(buffer.AsSpan(0, read)),
            $"A read at {offset} gave {read} bytes, or others."
        );
    }
}
