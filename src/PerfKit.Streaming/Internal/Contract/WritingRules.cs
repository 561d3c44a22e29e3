namespace PerfKit.Streaming.Internal.Contract;

/// <summary>What a writer promises: whole and once, or nothing.</summary>
internal static class WritingRules
{
    private const int Block = ContentReader.BlockBytes;

    public static readonly ContentStoreRule[] All =
    [
        new("A committed content is found under its hash and reads back as it was written", ReadsBackAsync),
        new("A content of unknown length may come in pieces of any size", TakesPiecesAsync),
        new("A content is invisible until its commit", InvisibleUntilCommitAsync),
        new("A finished content reads back from its writer, before and after the commit", ReadsFromWriterAsync),
        new("A writer that is disposed before its commit leaves nothing", AbortLeavesNothingAsync),
        new("Fewer or more bytes than announced are refused and leave nothing", RefusesOtherLengthAsync),
        new("A write that was cancelled cannot be finished and leaves nothing", CancelledWriteAsync),
        new("A call with a cancelled token throws and changes nothing", CancelledCallsAsync),
        new("Committing a content that is there keeps one", KeepsOneAsync),
    ];

    private static async Task ReadsBackAsync(IContentStore store)
    {
        foreach (var length in new[] { 0, 1, Block - 1, Block, (3 * Block) + 7 })
        {
            foreach (var announce in new[] { true, false })
            {
                var bytes = Trial.Bytes(length, seed: announce ? 1 : 2);
                await store.PutAsync(bytes, announce).ConfigureAwait(false);
                await store.DemandHoldsAsync(bytes).ConfigureAwait(false);
            }
        }
    }

    private static async Task TakesPiecesAsync(IContentStore store)
    {
        var bytes = Trial.Bytes((2 * Block) + 200_001);
        var dice = new Random(3);
        var writer = await store.CreateWriterAsync().ConfigureAwait(false);
        await using var _ = writer.ConfigureAwait(false);
        for (var at = 0; at < bytes.Length; )
        {
            var piece = bytes.AsMemory(at, Math.Min(dice.Next(90_000), bytes.Length - at));
            await writer.WriteAsync(piece).ConfigureAwait(false);
            at += piece.Length;
        }

        await writer.FinishAsync().ConfigureAwait(false);
        await writer.CommitAsync().ConfigureAwait(false);
        await store.DemandHoldsAsync(bytes).ConfigureAwait(false);
    }

    private static async Task InvisibleUntilCommitAsync(IContentStore store)
    {
        var bytes = Trial.Bytes(Block + 1);
        var writer = await store.CreateWriterAsync(bytes.Length).ConfigureAwait(false);
        await using var _ = writer.ConfigureAwait(false);
        await writer.WriteAsync(bytes).ConfigureAwait(false);
        await store.DemandHoldsNothingAsync(ContentHash.Compute(bytes)).ConfigureAwait(false);
        await writer.FinishAsync().ConfigureAwait(false);
        await store.DemandHoldsNothingAsync(ContentHash.Compute(bytes)).ConfigureAwait(false);
        await writer.CommitAsync().ConfigureAwait(false);
        await store.DemandHoldsAsync(bytes).ConfigureAwait(false);
    }

    private static async Task ReadsFromWriterAsync(IContentStore store)
    {
        var bytes = Trial.Bytes(Block + 1);
        var writer = await store.CreateWriterAsync().ConfigureAwait(false);
        await using var _ = writer.ConfigureAwait(false);
        await writer.WriteAsync(bytes).ConfigureAwait(false);
        await writer.FinishAsync().ConfigureAwait(false);
        await DemandFinishedAsync(writer, bytes, "before").ConfigureAwait(false);
        await writer.CommitAsync().ConfigureAwait(false);
        await DemandFinishedAsync(writer, bytes, "after").ConfigureAwait(false);
    }

    private static async Task DemandFinishedAsync(ContentWriter writer, byte[] bytes, string when)
    {
        var reader = writer.OpenFinished();
        await using var _ = reader.ConfigureAwait(false);
        var read = await reader.ReadAllAsync().ConfigureAwait(false);
        Trial.Demand(read.AsSpan().SequenceEqual(bytes), $"Its writer reads back other bytes {when} the commit.");
    }

    private static async Task AbortLeavesNothingAsync(IContentStore store)
    {
        var bytes = Trial.Bytes((2 * Block) + 1);
        foreach (var finish in new[] { false, true })
        {
            var writer = await store.CreateWriterAsync().ConfigureAwait(false);
            await writer.WriteAsync(bytes).ConfigureAwait(false);
            if (finish)
            {
                await writer.FinishAsync().ConfigureAwait(false);
            }

            await writer.DisposeAsync().ConfigureAwait(false);
            await store.DemandHoldsNothingAsync(ContentHash.Compute(bytes)).ConfigureAwait(false);
        }
    }

    private static async Task RefusesOtherLengthAsync(IContentStore store)
    {
        var bytes = Trial.Bytes(1000);
        var longer = await store.CreateWriterAsync(bytes.Length + 1).ConfigureAwait(false);
        await longer.WriteAsync(bytes).ConfigureAwait(false);
        await Trial
            .DemandThrowsAsync<ContentTruncatedException>(
                async () => await longer.FinishAsync().ConfigureAwait(false),
                "FinishAsync with a byte less than announced"
            )
            .ConfigureAwait(false);
        await longer.DisposeAsync().ConfigureAwait(false);

        var shorter = await store.CreateWriterAsync(bytes.Length - 1).ConfigureAwait(false);
        await Trial
            .DemandThrowsAsync<ContentTooLargeException>(
                async () => await shorter.WriteAsync(bytes).ConfigureAwait(false),
                "WriteAsync of a byte more than announced"
            )
            .ConfigureAwait(false);
        await shorter.DisposeAsync().ConfigureAwait(false);
        await store.DemandHoldsNothingAsync(ContentHash.Compute(bytes)).ConfigureAwait(false);
    }

    private static async Task CancelledWriteAsync(IContentStore store)
    {
        var bytes = Trial.Bytes(2 * Block);
        var writer = await store.CreateWriterAsync().ConfigureAwait(false);
        await Trial
            .DemandThrowsAsync<OperationCanceledException>(
                async () => await writer.WriteAsync(bytes, new CancellationToken(true)).ConfigureAwait(false),
                "WriteAsync with a cancelled token"
            )
            .ConfigureAwait(false);
        await Trial
            .DemandThrowsAsync<InvalidOperationException>(
                async () => await writer.FinishAsync().ConfigureAwait(false),
                "FinishAsync after a cancelled write"
            )
            .ConfigureAwait(false);
        await writer.DisposeAsync().ConfigureAwait(false);
        await store.DemandHoldsNothingAsync(ContentHash.Compute(bytes)).ConfigureAwait(false);
    }

    private static async Task CancelledCallsAsync(IContentStore store)
    {
        var cancelled = new CancellationToken(canceled: true);
        var bytes = Trial.Bytes(100);
        var hash = (await store.PutAsync(bytes).ConfigureAwait(false)).Hash;
        (string Name, Func<Task> Call)[] calls =
        [
            ("GetInfoAsync", async () => await store.GetInfoAsync(hash, cancelled).ConfigureAwait(false)),
            ("OpenReadAsync", async () => await store.OpenReadAsync(hash, cancelled).ConfigureAwait(false)),
            ("CreateWriterAsync", async () => await store.CreateWriterAsync(1, cancelled).ConfigureAwait(false)),
            ("DeleteAsync", async () => await store.DeleteAsync(hash, null, cancelled).ConfigureAwait(false)),
            ("ListAsync", () => store.ListAsync(cancellationToken: cancelled).ToListAsync()),
        ];
        foreach (var (name, call) in calls)
        {
            await Trial
                .DemandThrowsAsync<OperationCanceledException>(call, $"{name} with a cancelled token")
                .ConfigureAwait(false);
        }

        await store.DemandHoldsAsync(bytes).ConfigureAwait(false);
    }

    private static async Task KeepsOneAsync(IContentStore store)
    {
        var bytes = Trial.Bytes(1000);
        var first = await store.PutAsync(bytes).ConfigureAwait(false);
        var second = await store.PutAsync(bytes, announce: false).ConfigureAwait(false);
        Trial.Demand(first == second, $"The same bytes are {first}, then {second}.");
        var listed = await store.ListAsync().ToListAsync().ConfigureAwait(false);
        Trial.Demand(listed.Count == 1, $"The store lists {listed.Count} contents after the same one came twice.");
        await store.DemandHoldsAsync(bytes).ConfigureAwait(false);
    }
}
