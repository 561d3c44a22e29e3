using System.Buffers;
using Microsoft.Extensions.Caching.Hybrid;

namespace PerfKit.Caching.Internal;

/// <summary>
/// How a value comes into this process: from the second tier, or from the factory and then into the second tier. One runs
/// for a key at a time, in a load of the local table.
/// </summary>
internal readonly struct TieredLoad<TState, T>(
    TieredCache cache,
    FactoryCall<TState, T> call,
    string[] tags,
    bool isRenewal
)
{
    public static ValueTask<TieredEntry> Run(
        string key,
        TieredLoad<TState, T> load,
        CancellationToken cancellationToken
    ) => load.RunAsync(key, cancellationToken);

    private async ValueTask<TieredEntry> RunAsync(string key, CancellationToken cancellationToken)
    {
        var maker = cache.Maker<T>(key, call.Policy, tags);
        var older = cache.Standing<T>(key); // Asked for here, where a removal either shows or has detached this load.
        if (maker.Guard is not { } guard || call.Policy.Has(HybridCacheEntryFlags.DisableDistributedCache))
        {
            return call.HasFactory
                ? await MakeAsync(maker, older, null, cancellationToken).ConfigureAwait(false)
                : maker.Absent();
        }

        var outcome = await LookAsync(guard, key, cancellationToken).ConfigureAwait(false);
        using var entry = outcome.Entry;
        var claim = outcome.Claim;
        if (entry is not null && maker.Open(entry) is { } read)
        {
            if (maker.IsAnswer(read, isRenewal))
            {
                return read;
            }

            older = read;
        }

        if (!call.HasFactory)
        {
            return maker.Absent();
        }

        if (claim is null && maker.IsForTier)
        {
            claim = await guard.ClaimAsync(key, entry, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            return await MakeAsync(maker, older, claim, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (claim is not null)
            {
                await ReleaseAsync(guard, claim).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The caller does not wait for a tier that has just failed to answer: its write was the one deadline.</summary>
    private static ValueTask ReleaseAsync(TierGuard guard, TierClaim claim)
    {
        var release = claim.DisposeAsync();
        if (guard.IsUsable)
        {
            return release;
        }

        Unawaited.Observe(release.AsTask());
        return default;
    }

    private async ValueTask<TierOutcome> LookAsync(TierGuard guard, string key, CancellationToken cancellationToken)
    {
        if (call.Policy.Has(HybridCacheEntryFlags.DisableDistributedCacheRead))
        {
            return default;
        }

        return call.HasFactory && !call.Policy.Has(HybridCacheEntryFlags.DisableDistributedCacheWrite)
            ? await guard.ReadOrClaimAsync(key, cancellationToken).ConfigureAwait(false)
            : new TierOutcome(await guard.ReadAsync(key, cancellationToken).ConfigureAwait(false), null);
    }

    private async ValueTask<TieredEntry> MakeAsync(
        EntryMaker<T> maker,
        TieredEntry<T>? older,
        TierClaim? claim,
        CancellationToken cancellationToken
    )
    {
        var context = new CacheFactoryContext(older);
        T value;
        try
        {
            var making = call.MakeAsync(context, cancellationToken);
            value = making.IsCompleted
                ? await making.ConfigureAwait(false)
                : await LeavingAsync(making.AsTask(), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (maker.TryFallBack(older, fault, cancellationToken))
        {
            return older!;
        }

        using var made = maker.Make(context, value);
        var isValid = claim is null || await maker.WriteAsync(claim, made).ConfigureAwait(false);
        return maker.Entry(made, isValid);
    }

    /// <summary>A factory that does not heed its token is left to itself, so that others may make the value.</summary>
    private static async Task<T> LeavingAsync(Task<T> making, CancellationToken cancellationToken)
    {
        try
        {
            return await making.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Unawaited.Observe(making);
        }
    }
}
