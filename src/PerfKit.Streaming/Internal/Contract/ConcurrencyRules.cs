namespace PerfKit.Streaming.Internal.Contract;

/// <summary>What holds when many use a store at once.</summary>
internal static class ConcurrencyRules
{
    private const int Writers = 16;
    private const int Rounds = 200;

    public static readonly ContentStoreRule[] All =
    [
        new("Many writers of one content at once leave one, whole", ManyOfOneAsync),
        new("Many writers of different contents at once leave each, whole", ManyOfManyAsync),
        new("A conditional delete never takes a content that is being committed", CommitBeatsDeleteAsync),
    ];

    private static async Task ManyOfOneAsync(IContentStore store)
    {
        var bytes = Trial.Bytes(300_000);
        await AtOnceAsync(Writers, _ => store.PutAsync(bytes)).ConfigureAwait(false);
        var listed = await store.ListAsync().ToListAsync().ConfigureAwait(false);
        Trial.Demand(listed.Count == 1, $"{Writers} writers of one content left {listed.Count}.");
        await store.DemandHoldsAsync(bytes).ConfigureAwait(false);
    }

    private static async Task ManyOfManyAsync(IContentStore store)
    {
        await AtOnceAsync(Writers, i => store.PutAsync(Trial.Bytes(300_000, seed: i))).ConfigureAwait(false);
        for (var i = 0; i < Writers; i++)
        {
            await store.DemandHoldsAsync(Trial.Bytes(300_000, seed: i)).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// The content is older than the time that the delete spares, the commit younger. Both start in one moment, so that either
    /// falls into the middle of the other; whatever came first, the content must be there once the commit is done.
    /// </summary>
    private static async Task CommitBeatsDeleteAsync(IContentStore store)
    {
        var bytes = Trial.Bytes(1000);
        for (var round = 0; round < Rounds; round++)
        {
            await store.PutAsync(bytes).ConfigureAwait(false);
            var writer = await store.CreateWriterAsync(bytes.Length).ConfigureAwait(false);
            await using var _ = writer.ConfigureAwait(false);
            await writer.WriteAsync(bytes).ConfigureAwait(false);
            await writer.FinishAsync().ConfigureAwait(false);

            var since = DeletingRules.NextMoment();
            var waiting = 2;
            await AtOnceAsync(
                    2,
                    async i =>
                    {
                        Interlocked.Decrement(ref waiting);
                        SpinWait.SpinUntil(() => Volatile.Read(ref waiting) == 0);
                        if (i == 0)
                        {
                            await store.DeleteAsync(ContentHash.Compute(bytes), since).ConfigureAwait(false);
                            return;
                        }

                        await writer.CommitAsync().ConfigureAwait(false);
                        await store.DemandHoldsAsync(bytes).ConfigureAwait(false);
                    }
                )
                .ConfigureAwait(false);
            await store.DemandHoldsAsync(bytes).ConfigureAwait(false);
        }
    }

    private static Task AtOnceAsync(int count, Func<int, Task> act) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(i => Task.Run(() => act(i))));
}
