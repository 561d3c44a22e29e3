using System.Buffers;
using Microsoft.Extensions.Caching.Distributed;

namespace PerfKit.Caching.Internal;

/// <summary>
/// Any distributed cache as a second tier. It cannot claim over processes, nor tell of other processes' writes; but
/// tags have stamps in it, compared for being the same, so a removed tag's values are not returned in any process.
/// README.md beside this file says why that is enough.
/// </summary>
internal sealed class DistributedTier(
    IDistributedCache cache,
    string name,
    DistributedTierOptions options,
    TimeProvider clock
) : ICacheTier
{
    private const string Everything = TierJournal.Everything;
    private const int Lanes = 256;
    private const long Always = long.MaxValue;

    private readonly DistributedStore _store = new(cache, name);
    private readonly RemovalTable _keys = new();
    private readonly SemaphoreSlim[] _lanes = [.. Enumerable.Range(0, Lanes).Select(_ => new SemaphoreSlim(1, 1))];

    public long NowMilliseconds => clock.GetUtcNow().ToUnixTimeMilliseconds();

    public async ValueTask<TierEntry?> ReadAsync(string key, CancellationToken cancellationToken) =>
        await WithinAsync(token => _store.ReadAsync(key, token), key, cancellationToken).ConfigureAwait(false);

    public async ValueTask<TierOutcome> ReadOrClaimAsync(string key, CancellationToken cancellationToken)
    {
        var entry = await ReadAsync(key, cancellationToken).ConfigureAwait(false);
        return entry is not null
            ? new TierOutcome(entry, null)
            : new TierOutcome(null, await ClaimAsync(key, null, cancellationToken).ConfigureAwait(false));
    }

    public async ValueTask<TierClaim> ClaimAsync(string key, TierEntry? entry, CancellationToken cancellationToken)
    {
        var since = _keys.Latest;
        var generation = await GenerationAsync(key, cancellationToken).ConfigureAwait(false);
        var stamps = await StampsAsync([Everything], key, cancellationToken).ConfigureAwait(false);
        return new Claimed(this, key, since, generation, stamps[0]);
    }

    public async ValueTask PutAsync(string key, TierValue value, CancellationToken cancellationToken)
    {
        _keys.Remove(key);
        string[] tags = [.. value.Tags, Everything];
        var stamps = await StampsAsync(tags, key, cancellationToken).ConfigureAwait(false);
        var stored = DistributedEntry.Write(value.Payload, tags, stamps);
        await InLaneAsync(key, Always, () => _store.WriteAsync(key, stored, value.TimeToLive), cancellationToken)
            .ConfigureAwait(false);
    }

    public async ValueTask RemoveAsync(string key, CancellationToken cancellationToken)
    {
        _keys.Remove(key); // And again behind it, in the lane: this one holds also where the lane is not reached.
        await InLaneAsync(key, Always, () => _store.RemoveAsync(key), cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask RemoveByTagAsync(string tag, CancellationToken cancellationToken)
    {
        if (tag == Everything)
        {
            _keys.RemoveAll();
        }

        await WithinAsync(_ => _store.StampAsync(tag), tag, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask RejoinAsync(
        IReadOnlyCollection<string> keys,
        IReadOnlyCollection<string> tags,
        CancellationToken cancellationToken
    )
    {
        await GenerationAsync("", cancellationToken).ConfigureAwait(false);
        foreach (var tag in tags)
        {
            await RemoveByTagAsync(tag, cancellationToken).ConfigureAwait(false);
        }

        foreach (var page in keys.Chunk(Lanes)) // Behind whatever is still on its way in the key's lane.
        {
            await Task.WhenAll(page.Select(key => RemoveAsync(key, cancellationToken).AsTask())).ConfigureAwait(false);
        }
    }

    public IDisposable Listen(ICacheTierListener listener) => Nothing.ToStop;

    private Task<Guid> GenerationAsync(string key, CancellationToken cancellationToken) =>
        WithinAsync(_store.GenerationAsync, key, cancellationToken);

    private Task<Guid[]> StampsAsync(IReadOnlyList<string> tags, string key, CancellationToken cancellationToken) =>
        WithinAsync(token => _store.StampsAsync(tags, token), key, cancellationToken);

    private Task<bool> InLaneAsync(string key, long since, Func<Task> write, CancellationToken cancellationToken) =>
        WithinAsync(token => TryWriteAsync(key, since, write, token), key, cancellationToken);

    /// <summary>
    /// One write of a key at a time, also of one that was given up: what comes later comes later there, too. Who waits
    /// no longer leaves the queue and has sent nothing. Nothing is written if the key was written or removed since then.
    /// </summary>
    private async Task<bool> TryWriteAsync(
        string key,
        long since,
        Func<Task> write,
        CancellationToken cancellationToken
    )
    {
        var lane = _lanes[(uint)string.GetHashCode(key, StringComparison.Ordinal) % Lanes];
        await lane.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            cancellationToken.ThrowIfCancellationRequested(); // The lane may come at the same moment as the deadline.
            if (_keys.IsRemoved([key], since))
            {
                return false;
            }

            try
            {
                await write().ConfigureAwait(false);
                return true;
            }
            finally
            {
                _keys.Remove(key); // Voids the claims taken until now, also behind a write that may have failed.
            }
        }
        finally
        {
            lane.Release();
        }
    }

    /// <summary>The call gets a token that ends its reading and queueing; what it writes is not broken off.</summary>
    private async Task<T> WithinAsync<T>(
        Func<CancellationToken, Task<T>> begin,
        string what,
        CancellationToken cancellationToken
    )
    {
        using var late = new CancellationTokenSource(options.CommandTimeout, clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        var call = begin(end.Token);
        try
        {
            return await call.WaitAsync(end.Token).ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            _ = ForgetAsync(call);
            if (
                fault is OperationCanceledException
                && late.IsCancellationRequested
                && !cancellationToken.IsCancellationRequested
            )
            {
                throw new TimeoutException(
                    $"The distributed cache behind cache '{name}' did not answer for '{what}' within its CommandTimeout of {options.CommandTimeout:c}.",
                    fault
                );
            }

            throw;
        }
    }

    /// <summary>Takes what comes too late: a failure is observed, a value disposed.</summary>
    private static async Task ForgetAsync<T>(Task<T> call)
    {
        await ((Task)call).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (call.IsCompletedSuccessfully && await call.ConfigureAwait(false) is IDisposable late)
        {
            late.Dispose();
        }
    }

    private sealed class Claimed(DistributedTier tier, string key, long since, Guid generation, Guid everything)
        : TierClaim
    {
        /// <summary>
        /// With the stamp everything had at the claim, so a removal of everything needs no more. Of the tags, only known
        /// now, the stamps are read now, and the generation behind them.
        /// </summary>
        public override async ValueTask<bool> WriteAsync(TierValue value, CancellationToken cancellationToken)
        {
            var stamps = await tier.StampsAsync(value.Tags, key, cancellationToken).ConfigureAwait(false);
            if (
                value.Tags.Count > 0
                && await tier.GenerationAsync(key, cancellationToken).ConfigureAwait(false) != generation
            )
            {
                return false; // A tag was removed meanwhile, by whom and which we do not know.
            }

            var stored = DistributedEntry.Write(value.Payload, [.. value.Tags, Everything], [.. stamps, everything]);
            return await tier.InLaneAsync(
                    key,
                    since,
                    () => tier._store.WriteAsync(key, stored, value.TimeToLive),
                    cancellationToken
                )
                .ConfigureAwait(false);
        }

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Nothing : IDisposable
    {
        public static readonly Nothing ToStop = new();

        public void Dispose() { }
    }
}
