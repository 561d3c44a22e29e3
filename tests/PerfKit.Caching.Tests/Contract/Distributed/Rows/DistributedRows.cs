using Microsoft.Extensions.Caching.Distributed;
using PerfKit.Caching.Tests.Contract.Rows;

namespace PerfKit.Caching.Tests.Contract.Distributed.Rows;

/// <summary>
/// What IDistributedCache, IBufferDistributedCache and DistributedCacheEntryOptions document, and what the framework's
/// providers do that code relies on. What any cache can keep is asked of each way to call it.
/// </summary>
internal static partial class DistributedRows
{
    private static readonly DistributedCacheEntryOptions Lasting = new();

    /// <summary>All rows, on ours.</summary>
    public static IReadOnlyList<ContractRow> All(RedisStand stand) =>
        [
            .. Way.All.SelectMany(way => Plain(stand.Cache, way)),
            .. Way.All.SelectMany(way => OfProvider(stand.Cache, way)),
            .. Way.All.SelectMany(way => Expirations(stand, way)),
            .. Way.All.SelectMany(way => Strangers(stand, way)),
            .. Sharing(stand),
            .. Texts(stand),
            .. Buffers(stand),
        ];

    /// <summary>The rows that need no Redis, on a cache of the framework: they say whether the rows are right.</summary>
    public static IReadOnlyList<ContractRow> Plain(IDistributedCache cache) =>
        [.. Way.OfBytes.SelectMany(way => Plain(cache, way))];

    private static ContractRow Row(Way way, string says, Func<Task> check) => Row($"{way.Name}: {says}", check);

    private static ContractRow Row(string says, Func<Task> check) => new(says, _ => check());

    private static string NewKey() => $"contract:{Guid.NewGuid():N}";

    private static DistributedCacheEntryOptions For(TimeSpan? absolute = null, TimeSpan? sliding = null) =>
        new() { AbsoluteExpirationRelativeToNow = absolute, SlidingExpiration = sliding };

    private static byte[] Value(int length = 100)
    {
        var value = new byte[length];
        Random.Shared.NextBytes(value);
        return value;
    }

    private static async Task HoldsAsync(Way way, IDistributedCache cache, string key, byte[]? expected, string what)
    {
        var found = await way.GetAsync(cache, key);
        ContractRow.Must(
            expected is null ? found is null : found is not null && found.AsSpan().SequenceEqual(expected),
            $"{what} reads {Told(found)} and not {Told(expected)}"
        );
    }

    private static string Told(byte[]? value) =>
        value is null
            ? "nothing"
            : $"{value.Length} bytes {Convert.ToHexString(value.AsSpan(0, Math.Min(8, value.Length)))}";
}
