namespace PerfKit.Streaming.Internal.Contract;

/// <summary>What holds when many use a store at once.</summary>
internal static class ConcurrencyRules
{
    private const int Writers = 16;
    private const int Rounds = 40;

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

    /// <summary>Every commit begins after the time that the deletes spare, so each must find its content once it is done.</summary>
    private static async Task CommitBeatsDeleteAsync(IContentStore store)
    {
        var bytes = Trial.Bytes(1000);
        await store.PutAsync(bytes).ConfigureAwait(false);
        for (var round = 0; round < Rounds; round++)
        {
            var since = DeletingRules.NextMoment();
            await AtOnceAsync(
                    6,
                    async i =>
                    {
                        if (i % 3 == 0)
                        {
                            await store.DeleteAsync(ContentHash.Compute(bytes), since).ConfigureAwait(false);
                            return;
                        }

                        await store.PutAsync(bytes).ConfigureAwait(false);
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
