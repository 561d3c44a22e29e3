namespace PerfKit.Streaming.Internal.Contract;

/// <summary>What a listing promises: order, every content once, prefix and after.</summary>
internal static class ListingRules
{
    private const int Contents = 100;

    public static readonly ContentStoreRule[] All =
    [
        new("A listing has every content once, in the order of the hashes", OrderedAsync),
        new("A listing goes on behind any hash, held or not", GoesOnAsync),
        new("A listing by prefix has the hashes that begin with it", ByPrefixAsync),
        new("A prefix that is not hex digits is refused", RefusesPrefixAsync),
        new("A listing while contents come and go has each that stays once", WhileChangingAsync),
    ];

    private static async Task OrderedAsync(IContentStore store)
    {
        var contents = await store.PutManyAsync(Enumerable.Range(0, Contents)).ConfigureAwait(false);
        await DemandListsAsync(store, contents).ConfigureAwait(false);
    }

    private static async Task GoesOnAsync(IContentStore store)
    {
        var contents = await store.PutManyAsync(Enumerable.Range(0, Contents)).ConfigureAwait(false);
        var behind = contents[30..];
        await DemandListsAsync(store, behind, after: contents[29].Hash).ConfigureAwait(false);
        await store.DeleteAsync(contents[29].Hash).ConfigureAwait(false);
        await DemandListsAsync(store, behind, after: contents[29].Hash).ConfigureAwait(false);
        await DemandListsAsync(store, [], after: contents[^1].Hash).ConfigureAwait(false);
    }

    private static async Task ByPrefixAsync(IContentStore store)
    {
        // Some that share three digits, and others.
        var alike = Enumerable
            .Range(0, 5000)
            .GroupBy(static number => $"{ContentHash.Compute(BitConverter.GetBytes(number))}"[..3])
            .MaxBy(static numbers => numbers.Count())!;
        var contents = await store
            .PutManyAsync(alike.Concat(Enumerable.Range(0, Contents)).Distinct())
            .ConfigureAwait(false);
        var one = contents.First(content => $"{content.Hash}".StartsWith(alike.Key, StringComparison.Ordinal)).Hash;
        foreach (var digits in new[] { 0, 1, 2, 3, 4, 63, 64 })
        {
            var prefix = $"{one}"[..digits];
            var expected = contents.FindAll(content => Begins(content, prefix));
            await DemandListsAsync(store, expected, prefix).ConfigureAwait(false);
            await DemandListsAsync(store, expected, prefix.ToUpperInvariant()).ConfigureAwait(false);
            var behind = expected.FindAll(content => content.Hash > one);
            await DemandListsAsync(store, behind, prefix, after: one).ConfigureAwait(false);
        }
    }

    private static async Task RefusesPrefixAsync(IContentStore store)
    {
        await store.PutManyAsync([1]).ConfigureAwait(false);
        foreach (var prefix in new[] { "g", "0x", "a*", "..", " a", new string('0', ContentHash.TextLength + 1) })
        {
            await Trial
                .DemandThrowsAsync<ArgumentException>(
                    () => store.ListAsync(prefix).ToListAsync(),
                    $"ListAsync by '{prefix}'"
                )
                .ConfigureAwait(false);
        }
    }

    private static async Task WhileChangingAsync(IContentStore store)
    {
        var contents = await store.PutManyAsync(Enumerable.Range(0, Contents)).ConfigureAwait(false);
        var leaving = contents.Where(static (_, i) => i % 4 == 3).Select(static content => content.Hash).ToList();
        var staying = contents.Select(static content => content.Hash).Except(leaving).ToList();
        var listed = new List<ContentHash>();
        await foreach (var content in store.ListAsync().ConfigureAwait(false))
        {
            listed.Add(content.Hash);
            if (listed.Count <= leaving.Count)
            {
                await store.DeleteAsync(leaving[listed.Count - 1]).ConfigureAwait(false);
                await store.PutManyAsync([Contents + listed.Count]).ConfigureAwait(false);
            }
        }

        var twice = listed.Count - listed.Distinct().Count();
        Trial.Demand(twice == 0, $"{twice} contents were listed again.");
        var missing = staying.Except(listed).Count();
        Trial.Demand(missing == 0, $"{missing} of {staying.Count} contents that stayed were not listed.");
    }

    private static bool Begins(ContentInfo content, string prefix) =>
        content.Hash.ToString().StartsWith(prefix, StringComparison.Ordinal);

    private static async Task DemandListsAsync(
        IContentStore store,
        List<ContentInfo> expected,
        string prefix = "",
        ContentHash? after = null
    )
    {
        var listed = await store.ListAsync(prefix, after).ToListAsync().ConfigureAwait(false);
        Trial.Demand(
            listed.SequenceEqual(expected),
            $"A listing by '{prefix}' behind {after?.ToString() ?? "nothing"} has {listed.Count} contents; it should have "
                + $"{expected.Count}, in the order of their hashes."
        );
    }
}
