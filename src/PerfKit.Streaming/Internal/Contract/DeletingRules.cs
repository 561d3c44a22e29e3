namespace PerfKit.Streaming.Internal.Contract;

/// <summary>What a delete promises: what was asked for, and nothing younger.</summary>
internal static class DeletingRules
{
    private static readonly byte[] Some = Trial.Bytes(1000);
    private static readonly ContentHash SomeHash = ContentHash.Compute(Some);

    public static readonly ContentStoreRule[] All =
    [
        new("A delete removes a content once, and it can come again", RemovesOnceAsync),
        new("A conditional delete keeps what was committed since, and removes what was not", KeepsYoungAsync),
        new("Committing a content again makes it young for a conditional delete", RenewsAsync),
    ];

    /// <summary>A time behind every commit that is done, and before every commit that begins now.</summary>
    public static DateTimeOffset NextMoment()
    {
        var now = TimeProvider.System.GetUtcNow();
        var next = now;
        while (next == now)
        {
            next = TimeProvider.System.GetUtcNow();
        }

        return next;
    }

    private static async Task RemovesOnceAsync(IContentStore store)
    {
        for (var round = 0; round < 2; round++)
        {
            await store.PutAsync(Some).ConfigureAwait(false);
            await DemandDeleteAsync(store, null, expected: true).ConfigureAwait(false);
            await DemandDeleteAsync(store, null, expected: false).ConfigureAwait(false);
            await store.DemandHoldsNothingAsync(SomeHash).ConfigureAwait(false);
        }
    }

    private static async Task KeepsYoungAsync(IContentStore store)
    {
        await store.PutAsync(Some).ConfigureAwait(false);
        var now = TimeProvider.System.GetUtcNow();
        await DemandDeleteAsync(store, now - TimeSpan.FromHours(1), expected: false).ConfigureAwait(false);
        await store.DemandHoldsAsync(Some).ConfigureAwait(false);
        await DemandDeleteAsync(store, now + TimeSpan.FromHours(1), expected: true).ConfigureAwait(false);
        await store.DemandHoldsNothingAsync(SomeHash).ConfigureAwait(false);
    }

    private static async Task RenewsAsync(IContentStore store)
    {
        await store.PutAsync(Some).ConfigureAwait(false);
        var since = NextMoment();
        await store.PutAsync(Some).ConfigureAwait(false);
        await DemandDeleteAsync(store, since, expected: false).ConfigureAwait(false);
        await store.DemandHoldsAsync(Some).ConfigureAwait(false);
        await DemandDeleteAsync(store, NextMoment(), expected: true).ConfigureAwait(false);
    }

    private static async Task DemandDeleteAsync(IContentStore store, DateTimeOffset? since, bool expected)
    {
        var deleted = await store.DeleteAsync(SomeHash, since).ConfigureAwait(false);
        Trial.Demand(
            deleted == expected,
            $"DeleteAsync of a content unless committed since {since?.ToString("O", null) ?? "never"} said {deleted}."
        );
    }
}
