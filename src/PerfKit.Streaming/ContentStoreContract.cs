using PerfKit.Streaming.Internal.Contract;

namespace PerfKit.Streaming;

/// <summary>
/// What every <see cref="IContentStore"/> keeps, as rules to run on a store of your own in any test framework: one test a
/// rule, each with a new empty store. Ranges, cancellation, concurrency, listings and conditional deletes are in it; durability
/// is not, for no call can see it.
/// </summary>
public static class ContentStoreContract
{
    /// <summary>All rules; their names are unique.</summary>
    public static IReadOnlyList<ContentStoreRule> Rules { get; } =
    [.. WritingRules.All, .. ConcurrencyRules.All, .. ReadingRules.All, .. ListingRules.All, .. DeletingRules.All];
}
