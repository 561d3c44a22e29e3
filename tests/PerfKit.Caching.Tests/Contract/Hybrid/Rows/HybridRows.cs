using Microsoft.Extensions.Caching.Hybrid;
using PerfKit.Caching.Tests.Contract.Rows;

namespace PerfKit.Caching.Tests.Contract.Hybrid.Rows;

/// <summary>
/// What HybridCache documents: Learn's page "HybridCache library in ASP.NET Core" and the API reference of
/// Microsoft.Extensions.Caching.Hybrid. A sentence names its place in brackets.
/// </summary>
internal static partial class HybridRows
{
    private const HybridCacheEntryFlags WriteNothing =
        HybridCacheEntryFlags.DisableLocalCacheWrite | HybridCacheEntryFlags.DisableDistributedCacheWrite;

    /// <summary>All rows that can be asked of the stand's caches.</summary>
    public static IReadOnlyList<ContractRow> All(HybridStand stand) =>
        stand is { HasTier: true, IsOverDistributed: false }
            ? [.. Of(stand).Select(static row => row.OnceMore())]
            : [.. Of(stand)];

    public static string NewKey() => $"key:{Guid.NewGuid():N}";

    /// <summary>Looks for a value and leaves everything as it is.</summary>
    public static async Task<(bool IsThere, T? Value)> FindAsync<T>(
        HybridCache cache,
        string key,
        HybridCacheEntryFlags flags = HybridCacheEntryFlags.None
    )
    {
        var isThere = true;
        var value = await cache.GetOrCreateAsync(
            key,
            _ =>
            {
                isThere = false;
                return ValueTask.FromResult(default(T));
            },
            new HybridCacheEntryOptions { Flags = WriteNothing | flags }
        );
        return (isThere, value);
    }

    public static async Task EventuallyAsync(Func<Task<bool>> holds, string otherwise)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        while (!await holds())
        {
            ContractRow.Must(!limit.IsCancellationRequested, otherwise);
            await Task.Delay(5); // A pause, because spinning would starve what is waited for.
        }
    }

    private static IEnumerable<ContractRow> Of(HybridStand stand) =>
        [
            .. HybridWay.All.SelectMany(way => Ways(stand, way)),
            .. Sharing(stand),
            .. Values(stand),
            .. Isolation(stand),
            .. Flags(stand),
            .. Expirations(stand),
            .. Sets(stand),
            .. Removals(stand),
            .. Tags(stand),
            .. Serializers(stand),
            .. Limits(stand),
            .. stand.HasTier ? [.. TierFlags(stand), .. Tiers(stand)] : Array.Empty<ContractRow>(),
        ];

    private static ContractRow Row(HybridStand stand, string says, string source, Func<Task> check) =>
        new($"{stand.Name}: {says} [{source}]", _ => check());

    private static void Must(bool isKept, string otherwise) => ContractRow.Must(isKept, otherwise);

    private static Task ThrowsAsync<TException>(Func<Task> call, string what)
        where TException : Exception => ContractRow.ThrowsAsync<TException>(call, what);

    private static async Task HoldsAsync(HybridCache cache, string key, string? expected, string what)
    {
        var (isThere, value) = await FindAsync<string>(cache, key);
        Must(
            isThere == (expected is not null) && value == expected,
            $"{what} is {(isThere ? value ?? "null" : "nothing")} and not {expected ?? "nothing"}"
        );
    }

    private static HybridCacheEntryOptions With(HybridCacheEntryFlags flags) => new() { Flags = flags };

    private static HybridCacheEntryOptions For(TimeSpan? expiration = null, TimeSpan? local = null) =>
        new() { Expiration = expiration, LocalCacheExpiration = local };

    /// <summary>A factory of texts that counts its calls.</summary>
    private sealed class Maker(string value = "made")
    {
        private int _calls;

        public int Calls => Volatile.Read(ref _calls);

        public ValueTask<string> MakeAsync(CancellationToken token)
        {
            Interlocked.Increment(ref _calls);
            return ValueTask.FromResult(value);
        }
    }

    /// <summary>A factory that begins, and ends when it is told to or its token is cancelled.</summary>
    private sealed class HeldMaker<T>
    {
        private readonly TaskCompletionSource<T> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _calls;

        public int Calls => Volatile.Read(ref _calls);

        public Task Begun => _begun.Task;

        public bool IsCancelled { get; private set; }

        public async ValueTask<T> MakeAsync(CancellationToken token)
        {
            Interlocked.Increment(ref _calls);
            _begun.TrySetResult();
            try
            {
                return await _end.Task.WaitAsync(token);
            }
            catch (OperationCanceledException)
            {
                IsCancelled = true;
                throw;
            }
        }

        public void End(T value) => _end.SetResult(value);

        public void Fail(Exception fault) => _end.SetException(fault);
    }
}
