using System.Runtime.CompilerServices;

namespace PerfKit.Streaming.Tests.Contract;

/// <summary>A store whose listings another function makes.</summary>
internal sealed class FlawedListings(
    Func<IContentStore, string, ContentHash?, CancellationToken, IAsyncEnumerable<ContentInfo>> list
) : StoreDecorator(new MemoryContentStore())
{
    public override IAsyncEnumerable<ContentInfo> ListAsync(string prefix, ContentHash? after, CancellationToken ct) =>
        list(Inner, prefix, after, ct);

    public static IAsyncEnumerable<ContentInfo> Backwards(
        IContentStore store,
        string prefix,
        ContentHash? after,
        CancellationToken ct
    ) => store.ListAsync(prefix, after, ct).Reverse();

    public static IAsyncEnumerable<ContentInfo> FromAfter(
        IContentStore store,
        string prefix,
        ContentHash? after,
        CancellationToken ct
    ) => store.ListAsync(prefix, cancellationToken: ct).Where(content => after is null || content.Hash >= after);

    public static IAsyncEnumerable<ContentInfo> ByTwoDigits(
        IContentStore store,
        string prefix,
        ContentHash? after,
        CancellationToken ct
    ) => store.ListAsync(prefix[..Math.Min(2, prefix.Length)], after, ct);

    public static IAsyncEnumerable<ContentInfo> ByAnyText(
        IContentStore store,
        string prefix,
        ContentHash? after,
        CancellationToken ct
    ) =>
        store
            .ListAsync("", after, ct)
            .Where(content => $"{content.Hash}".StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    /// <summary>Pages by position: what vanished before it shifts the rest.</summary>
    public static async IAsyncEnumerable<ContentInfo> ByPosition(
        IContentStore store,
        string prefix,
        ContentHash? after,
        [EnumeratorCancellation] CancellationToken ct
    )
    {
        for (var position = 0; ; position++)
        {
            if (await store.ListAsync(prefix, after, ct).ElementAtOrDefaultAsync(position, ct) is not { } content)
            {
                yield break;
            }

            yield return content;
        }
    }
}
