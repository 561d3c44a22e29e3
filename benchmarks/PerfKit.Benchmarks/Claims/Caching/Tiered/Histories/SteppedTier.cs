using PerfKit.Caching;
using PerfKit.TestKit.Histories;

namespace PerfKit.Benchmarks.Claims.Caching.Tiered.Histories;

/// <summary>A tier with marked points before and behind each call, so that others may come between.</summary>
internal sealed class SteppedTier(ICacheTier tier) : ICacheTier
{
    public long NowMilliseconds => tier.NowMilliseconds;

    public ValueTask<TierEntry?> ReadAsync(string key, CancellationToken cancellationToken) =>
        SteppedAsync(() => tier.ReadAsync(key, cancellationToken));

    public ValueTask<TierOutcome> ReadOrClaimAsync(string key, CancellationToken cancellationToken) =>
        SteppedAsync(async () =>
        {
            var (entry, claim) = await tier.ReadOrClaimAsync(key, cancellationToken);
            return new TierOutcome(entry, claim is null ? null : new Claim(claim));
        });

    public ValueTask<TierClaim> ClaimAsync(string key, TierEntry? entry, CancellationToken cancellationToken) =>
        SteppedAsync<TierClaim>(async () => new Claim(await tier.ClaimAsync(key, entry, cancellationToken)));

    public async ValueTask PutAsync(string key, TierValue value, CancellationToken cancellationToken)
    {
        await SeededSchedule.PointAsync();
        await tier.PutAsync(key, value, cancellationToken);
        await SeededSchedule.PointAsync();
    }

    public async ValueTask RemoveAsync(string key, CancellationToken cancellationToken)
    {
        await SeededSchedule.PointAsync();
        await tier.RemoveAsync(key, cancellationToken);
        await SeededSchedule.PointAsync();
    }

    public async ValueTask RemoveByTagAsync(string tag, CancellationToken cancellationToken)
    {
        await SeededSchedule.PointAsync();
        await tier.RemoveByTagAsync(tag, cancellationToken);
        await SeededSchedule.PointAsync();
    }

    public ValueTask RejoinAsync(
        IReadOnlyCollection<string> keys,
        IReadOnlyCollection<string> tags,
        CancellationToken cancellationToken
    ) => tier.RejoinAsync(keys, tags, cancellationToken);

    public IDisposable Listen(ICacheTierListener listener) => tier.Listen(listener);

    private static async ValueTask<T> SteppedAsync<T>(Func<ValueTask<T>> call)
    {
        await SeededSchedule.PointAsync();
        var result = await call();
        await SeededSchedule.PointAsync();
        return result;
    }

    private sealed class Claim(TierClaim claim) : TierClaim
    {
        public override ValueTask<bool> WriteAsync(TierValue value, CancellationToken cancellationToken) =>
            SteppedAsync(() => claim.WriteAsync(value, cancellationToken));

        public override ValueTask DisposeAsync() => claim.DisposeAsync();
    }
}
