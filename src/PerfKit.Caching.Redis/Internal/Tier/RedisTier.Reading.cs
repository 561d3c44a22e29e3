using System.Runtime.CompilerServices;
using StackExchange.Redis;

namespace PerfKit.Caching.Internal.RedisTiers;

internal sealed partial class RedisTier
{
    private static readonly TimeSpan WakeSlack = TimeSpan.FromMilliseconds(2);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<TierEntry?> ReadAsync(string key, CancellationToken cancellationToken)
    {
        var shard = await ShardAsync(key, cancellationToken).ConfigureAwait(false);
        var call = _tier.Call();
        var found = await LookAsync(shard, shard.Names.Key(key), call, cancellationToken).ConfigureAwait(false);
        return found.Entry;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<TierOutcome> ReadOrClaimAsync(string key, CancellationToken cancellationToken)
    {
        var shard = await ShardAsync(key, cancellationToken).ConfigureAwait(false);
        var call = _tier.Call();
        var found = await LookAsync(shard, shard.Names.Key(key), call, cancellationToken).ConfigureAwait(false);
        return found.Entry is { } entry
            ? new TierOutcome(entry, null)
            : await ClaimAsync(shard, key, found, call, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<TierOutcome> ClaimAsync(
        Shard shard,
        string key,
        Found found,
        Wait call, // All its commands have one deadline.
        CancellationToken cancellationToken
    )
    {
        var hasWaited = false;
        while (found.Entry is null)
        {
            if (found.Seen is null)
            {
                (var taken, found) = await TakeAsync(shard, key, call, cancellationToken).ConfigureAwait(false);
                if (taken is not null)
                {
                    return new TierOutcome(null, taken) { HasWaited = hasWaited };
                }
            }
            else if (ValueFormat.IsClaim(found.Seen))
            {
                hasWaited = true;
                await AwaitAsync(shard, key, found.Seen, call, cancellationToken).ConfigureAwait(false);
                call = _tier.Call(); // The other's making does not count.
                found = await LookAsync(shard, shard.Names.Key(key), call, cancellationToken).ConfigureAwait(false);
            }
            else if (
                await ReplaceAsync(shard, key, found.Seen, call, cancellationToken).ConfigureAwait(false) is { } claim
            )
            {
                return new TierOutcome(null, claim) { HasWaited = hasWaited };
            }
            else
            {
                found = await LookAsync(shard, shard.Names.Key(key), call, cancellationToken).ConfigureAwait(false);
            }
        }

        return new TierOutcome(found.Entry, null) { HasWaited = hasWaited };
    }

    /// <summary>Claims where nothing is, or gives what has come there meanwhile: one command.</summary>
    private async ValueTask<(HeldClaim? Claim, Found Found)> TakeAsync(
        Shard shard,
        string key,
        Wait call,
        CancellationToken cancellationToken
    )
    {
        var (wait, view) = await HearingAsync(shard, _tier.Next(call, "claiming"), cancellationToken)
            .ConfigureAwait(false);
        var bytes = HeldClaim.NewBytes(_tier);
        var command = shard.Database.StringSetAndGetAsync(
            shard.Names.Key(key),
            bytes,
            _tier.Options.ClaimLease,
            When.NotExists,
            CommandFlags.DemandMaster
        );
        RedisValue there;
        try
        {
            there = await _tier.Deadlines.WithinAsync(command, wait, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            new HeldClaim(shard, key, view, bytes, _held).ReleaseUnheard(command);
            throw;
        }

        if (there.IsNull)
        {
            return (Hold(shard, key, view, bytes, call), default);
        }

        ReadOnlyMemory<byte> memory = there;
        return (null, await FindAsync(shard, owner: null, memory, call, cancellationToken).ConfigureAwait(false));
    }

    private HeldClaim Hold(Shard shard, string key, ShardView view, byte[] bytes, Wait call)
    {
        var claim = new HeldClaim(shard, key, view, bytes, _held) { Spent = _tier.SpentOf(call) };
        claim.Hold();
        return claim;
    }

    private async ValueTask<HeldClaim?> ReplaceAsync(
        Shard shard,
        string key,
        byte[] seen,
        Wait call,
        CancellationToken cancellationToken
    )
    {
        var (wait, view) = await HearingAsync(shard, _tier.Next(call, "claiming"), cancellationToken)
            .ConfigureAwait(false);
        var bytes = HeldClaim.NewBytes(_tier);
        var lease = (long)_tier.Options.ClaimLease.TotalMilliseconds;
        var command = shard.EvaluateAsync(Scripts.Replace, [shard.Names.Key(key)], [seen, bytes, lease]);
        try
        {
            var reply = await _tier.Deadlines.WithinAsync(command, wait, cancellationToken).ConfigureAwait(false);
            return (long)reply == 1 ? Hold(shard, key, view, bytes, call) : null;
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            new HeldClaim(shard, key, view, bytes, _held).ReleaseUnheard(command);
            throw;
        }
    }

    /// <summary>Waits for another's claim to end: for its message, or for its lease where nobody is left to send one.</summary>
    private async ValueTask AwaitAsync(
        Shard shard,
        string key,
        byte[] claim,
        Wait call,
        CancellationToken cancellationToken
    )
    {
        using var place = shard.Waiters.Enter(key); // Before the mark, so the message is not missed.
        var left = await shard
            .EvaluateNumberAsync(
                Scripts.Await,
                [shard.Names.Key(key)],
                [claim.AsMemory(0, ValueFormat.TokenLength), (long)_tier.Options.ClaimLease.TotalMilliseconds],
                _tier.Next(call, "waiting"),
                cancellationToken
            )
            .ConfigureAwait(false);
        if (left > 0)
        {
            await place
                .Woken.WaitAsync(TimeSpan.FromMilliseconds(left) + WakeSlack, _tier.Time, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Found> LookAsync(Shard shard, RedisKey key, Wait call, CancellationToken cancellationToken)
    {
        var wait = _tier.Next(call, "reading");
        if (shard.View is null)
        {
            (wait, _) = await HearingAsync(shard, wait, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            var lease = await _tier
                .Deadlines.WithinAsync(
                    shard.Database.StringGetLeaseAsync(key, CommandFlags.DemandMaster),
                    wait,
                    cancellationToken
                )
                .ConfigureAwait(false);
            return lease is null
                ? default
                : await FindAsync(shard, lease, lease.Memory, call, cancellationToken).ConfigureAwait(false);
        }
        catch (RedisServerException e) when (e.Message.StartsWith("WRONGTYPE", StringComparison.Ordinal))
        {
            await _tier // Somebody else's list or hash: in the way of what belongs here.
                .Deadlines.WithinAsync(
                    shard.Database.KeyDeleteAsync(key, CommandFlags.DemandMaster),
                    _tier.Next(call, "removing"),
                    cancellationToken
                )
                .ConfigureAwait(false);
            return default;
        }
    }

    private ValueTask<Found> FindAsync(
        Shard shard,
        Lease<byte>? owner,
        ReadOnlyMemory<byte> bytes,
        Wait call,
        CancellationToken cancellationToken
    )
    {
        if (shard.View is not { } view)
        {
            owner?.Dispose();
            throw _tier.Wait("taking part").Exceeded();
        }

        switch (view.Judge(bytes.Span, out var payloadAt))
        {
            case Verdict.Alive:
                return new ValueTask<Found>(new Found(new RedisTierEntry(owner, bytes, payloadAt), null));
            case Verdict.Unknown:
                return AskAsync(shard, view, new RedisTierEntry(owner, bytes, payloadAt), call, cancellationToken);
            default:
                var seen = bytes[..Math.Min(bytes.Length, ValueFormat.HeadLength)].ToArray();
                owner?.Dispose();
                return new ValueTask<Found>(new Found(null, seen));
        }
    }

    /// <summary>Asks Redis about the tags of a value that is older than what was heard, and remembers.</summary>
    private async ValueTask<Found> AskAsync(
        Shard shard,
        ShardView view,
        RedisTierEntry entry,
        Wait call,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var question = new TagQuestion(view, entry.Tags);
            var scores = await _tier
                .Deadlines.WithinAsync(
                    shard.Database.SortedSetScoresAsync(shard.Names.Tags, question.Members, CommandFlags.DemandMaster),
                    _tier.Next(call, "reading tags"),
                    cancellationToken
                )
                .ConfigureAwait(false);
            if (scores[^1] is not { } floor)
            {
                shard.Lose(view); // The tags are lost: nothing older can be judged.
            }
            else if (question.Learn(scores, (long)floor) <= entry.Sequence)
            {
                return new Found(entry, null);
            }
        }
        catch
        {
            entry.Dispose();
            throw;
        }

        var seen = entry.Head.ToArray();
        entry.Dispose();
        return new Found(null, seen);
    }

    private readonly record struct Found(RedisTierEntry? Entry, byte[]? Seen);
}
