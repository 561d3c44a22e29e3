using Microsoft.Extensions.Caching.Hybrid;
using PerfKit.Caching.Internal;

namespace PerfKit.Caching;

// Misses, and hits that have more to do than to be taken: who waits for what. Internal/Tiers/README.md has the invariants.
public sealed partial class TieredCache
{
    private const long HoldMilliseconds = 1_000; // Between a failed renewal and the next.

    private async ValueTask<T> GetSlowAsync<TState, T>(
        string key,
        FactoryCall<TState, T> call,
        TieredEntry? found,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(key);
        if (call.Policy.Has(HybridCacheEntryFlags.DisableUnderlyingData))
        {
            var looked = await LookUpAsync(key, call, found, cancellationToken).ConfigureAwait(false);
            return looked.Value!;
        }

        if (IsRefused(key))
        {
            LogRefused(_name, key.Length, _options.MaximumKeyLength);
            return await call.MakeAsync(new CacheFactoryContext(null), cancellationToken).ConfigureAwait(false);
        }

        for (var isFirst = true; ; isFirst = false)
        {
            var since = _removals.Latest;
            var stale = found as TieredEntry<T>;
            if (stale is not null && _removals.IsRemoved(stale.Tags, stale.Version))
            {
                stale = null;
            }

            if (stale is not null && IsServed(stale))
            {
                RenewInBackground(key, stale, call);
                return Give(stale, isFromTable: true);
            }

            if (isFirst && found is not null)
            {
                _figures.FoundUnwanted();
            }

            var tags = TagsOf(call.Tags);
            var entry = await WaitAsync(key, call, tags, found, stale, cancellationToken).ConfigureAwait(false);
            if (entry is TieredEntry<T> made && IsAnswer(made, since))
            {
                return Give(made, isFromTable: false);
            }

            found = entry; // Joined a load that began before a removal this caller came after, or one of another type.
        }
    }

    /// <summary>Fresh, or so little behind its end that it is served while it is renewed; and beyond doubt, or held for want of a better one.</summary>
    private bool IsServed(TieredEntry entry)
    {
        var now = _clock.Milliseconds;
        return now < entry.HeldUntil
            || (!_removals.IsDoubted(entry.Version) && now < Math.Max(entry.Times.FreshUntil, entry.Times.ServedUntil));
    }

    /// <summary>
    /// Whether a caller may be given what it waited for: it was made for this call or a later one; or nothing was removed
    /// since its making began, and it is not an old entry that happened to be there.
    /// </summary>
    private bool IsAnswer(TieredEntry made, long since) =>
        made.Version >= since
        || (!_removals.IsRemoved(made.Tags, made.Version) && (made.Use != LoadedUse.Put || IsServed(made)));

    private async ValueTask<TieredEntry> WaitAsync<TState, T>(
        string key,
        FactoryCall<TState, T> call,
        string[] tags,
        TieredEntry? found,
        TieredEntry<T>? stale,
        CancellationToken cancellationToken
    )
    {
        if (stale is null || !CanFallBackTo(stale, call.Policy))
        {
            return await ReloadAsync(key, call, tags, found, stale, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            return call.Policy.SoftTimeout is { } soft
                ? await WaitAtMostAsync(soft, key, call, tags, found, stale, cancellationToken).ConfigureAwait(false)
                : await ReloadAsync(key, call, tags, found, stale, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested && TryHold(stale, call.Policy))
        {
            LogFallBack(_name, key, fault.Message, fault); // Joined the load of a caller that has no use for a stale value.
            return stale;
        }
    }

    private async ValueTask<TieredEntry> WaitAtMostAsync<TState, T>(
        TimeSpan soft,
        string key,
        FactoryCall<TState, T> call,
        string[] tags,
        TieredEntry? found,
        TieredEntry<T> stale,
        CancellationToken cancellationToken
    )
    {
        using var leave = new CancellationTokenSource();
        var load = ReloadAsync(key, call, tags, found, stale, leave.Token).AsTask();
        try
        {
            return await load.WaitAsync(soft, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await leave.CancelAsync().ConfigureAwait(false); // One whose soft time-out has passed leaves it running.
            throw;
        }
        catch (TimeoutException) when (!load.IsCompleted)
        {
            return Hold(stale);
        }
        catch (TimeoutException) when (load.IsCompletedSuccessfully)
        {
            return await load.ConfigureAwait(false); // Both at once.
        }
        finally
        {
            Unawaited.Observe(load);
        }
    }

    private async ValueTask<TieredEntry> ReloadAsync<TState, T>(
        string key,
        FactoryCall<TState, T> call,
        string[] tags,
        TieredEntry? found,
        TieredEntry<T>? stale,
        CancellationToken cancellationToken,
        bool isRenewal = false
    )
    {
        var policy = call.Policy;
        var reload = new Reload<TieredEntry>(
            found,
            HasUnwanted: found is not null,
            IsForced: policy.Has(HybridCacheEntryFlags.DisableLocalCacheRead),
            LoadMode.Of(policy, call.HasFactory),
            IsCounted: true
        );
        var load = new TieredLoad<TState, T>(this, call, tags, isRenewal);
        if (policy.HardTimeout is not { } hard)
        {
            return await _local
                .ReloadAsync(key, reload, load, TieredLoad<TState, T>.Run, cancellationToken)
                .ConfigureAwait(false);
        }

        using var limit = new CancellationTokenSource(hard, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await _local
                .ReloadAsync(key, reload, load, TieredLoad<TState, T>.Run, either.Token)
                .ConfigureAwait(false);
        }
        catch (OperationCanceledException)
            when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return stale is not null && CanFallBackTo(stale, policy)
                ? Hold(stale)
                : throw new TimeoutException(
                    $"The value of key '{key}' took longer than its HardTimeout of {hard:c}; raise it, or set FailSafe so that the value before can stand in."
                );
        }
    }

    private async ValueTask<CacheLookup<T>> LookUpAsync<TState, T>(
        string key,
        FactoryCall<TState, T> call,
        TieredEntry? found,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(key);
        if (IsRefused(key))
        {
            return default;
        }

        if (found is TieredEntry<T> stale && !_removals.IsRemoved(stale.Tags, stale.Version) && IsServed(stale))
        {
            return Lookup(stale, isFromTable: true);
        }

        if (found is not null)
        {
            _figures.FoundUnwanted();
        }

        if (_guard is null || call.Policy.Has(HybridCacheEntryFlags.DisableDistributedCacheRead))
        {
            return default;
        }

        var since = _removals.Latest;
        var only = new FactoryCall<TState, T>(default!, null, null, call.Policy, null);
        var entry = await ReloadAsync(key, only, [], found, null, cancellationToken).ConfigureAwait(false);
        return entry is TieredEntry<T> { IsAbsent: false } read && IsAnswer(read, since)
            ? Lookup(read, isFromTable: false)
            : default;
    }

    private CacheLookup<T> Lookup<T>(TieredEntry<T> entry, bool isFromTable) =>
        new(!entry.IsNegative, entry.IsNegative, Give(entry, isFromTable));

    /// <summary>One just made or read may be of no use here behind its caller, and is no stale one for that.</summary>
    private T Give<T>(TieredEntry<T> entry, bool isFromTable)
    {
        var mayBeStale = isFromTable || entry.IsStale || entry.HeldUntil > 0;
        if (mayBeStale && _clock.Milliseconds >= entry.Times.FreshUntil)
        {
            _figures.ServedStale();
        }

        return entry.Get();
    }

    private bool CanFallBackTo(TieredEntry stale, in EntryPolicy policy) =>
        policy.FailSafe > TimeSpan.Zero
        && _clock.Milliseconds
            < Math.Min(stale.Times.KeptUntil, stale.Times.FreshUntil + EntryTimes.Milliseconds(policy.FailSafe));

    private TieredEntry Hold(TieredEntry stale)
    {
        stale.Hold(_clock.Milliseconds + HoldMilliseconds);
        return stale;
    }

    private void RenewInBackground<TState, T>(string key, TieredEntry<T> stale, FactoryCall<TState, T> call)
    {
        if (_clock.Milliseconds < Volatile.Read(ref stale.AttendAt) || stale.IsRefreshing)
        {
            return;
        }

        var tags = TagsOf(call.Tags); // Read here: the caller's collection is its own again when it goes on.
        if (stale.TryBeginRefresh())
        {
            // Not on the reader's thread, whose factory may take its time before it first waits, nor in its context.
            ThreadPool.UnsafeQueueUserWorkItem(
                static work => _ = work.Cache.RenewAsync(work.Key, work.Stale, work.Call, work.Tags),
                (Cache: this, Key: key, Stale: stale, Call: call, Tags: tags),
                preferLocal: false
            );
        }
    }

    private async Task RenewAsync<TState, T>(
        string key,
        TieredEntry<T> stale,
        FactoryCall<TState, T> call,
        string[] tags
    )
    {
        try
        {
            await ReloadAsync(key, call, tags, stale, null, CancellationToken.None, isRenewal: true)
                .ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            LogRenewal(_name, fault.Message, fault);
        }

        stale.RefreshFrom(_clock.Milliseconds + HoldMilliseconds); // Of no effect where it has been replaced.
    }
}
