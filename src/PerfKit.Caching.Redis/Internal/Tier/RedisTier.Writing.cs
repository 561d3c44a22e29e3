using StackExchange.Redis;

namespace PerfKit.Caching.Internal.RedisTiers;

internal sealed partial class RedisTier
{
    private const int BatchKeys = 128;
    private const string Everything = "*";

    public async ValueTask PutAsync(string key, TierValue value, CancellationToken cancellationToken)
    {
        var shard = await ShardAsync(key, cancellationToken).ConfigureAwait(false);
        var length = value.Payload.Length;
        var (wait, _) = await HearingAsync(shard, _tier.Wait("putting", length), cancellationToken)
            .ConfigureAwait(false);
        var tail = Outgoing.Tail(value);
        var id = new byte[16];
        _tier.NextId(id);
        var expiry = new byte[16];
        ValueFormat.WriteNumber(Outgoing.ExpiryOf(_tier, value), expiry);
        var sent = shard.Clock.Local();
        RedisValue[] values =
        [
            TextBytes.Of(key),
            id,
            Outgoing.Milliseconds(value.TimeToLive),
            expiry,
            tail.Bytes,
            shard.Clock.Until(sent, wait.Left),
        ];
        try
        {
            await shard
                .VersionedAsync(Scripts.Put, [shard.Names.Key(key)], values, wait, cancellationToken, tail)
                .ConfigureAwait(false);
        }
        catch (Exception e) when (e is RedisConnectionException or RedisTimeoutException)
        {
            // It may have arrived all the same, and must not take effect once its caller goes on.
            await UntilAsync(shard.Clock, sent + wait.Left.TotalMilliseconds, cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask RemoveAsync(string key, CancellationToken cancellationToken)
    {
        var shard = await ShardAsync(key, cancellationToken).ConfigureAwait(false);
        var (wait, _) = await HearingAsync(shard, _tier.Wait("removing"), cancellationToken).ConfigureAwait(false);
        await RemoveAsync(shard, [key], wait, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask RemoveByTagAsync(string tag, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tag);
        var shards = await ShardsAsync(cancellationToken).ConfigureAwait(false);
        var removals = shards.Select(s => RemoveByTagAsync(s, tag, cancellationToken)).ToList();
        await Task.WhenAll(removals).ConfigureAwait(false);
    }

    public async ValueTask RejoinAsync(
        IReadOnlyCollection<string> keys,
        IReadOnlyCollection<string> tags,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(tags);
        _tier.RaiseGeneration();
        var shards = await ShardsAsync(cancellationToken).ConfigureAwait(false);
        await Task.WhenAll(shards.Select(s => s.FenceAsync(cancellationToken))).ConfigureAwait(false);
        var removed = tags.Contains(Everything) ? [Everything] : tags;
        foreach (var batch in removed.Chunk(BatchKeys))
        {
            await Task.WhenAll(batch.SelectMany(t => shards.Select(s => RemoveByTagAsync(s, t, cancellationToken))))
                .ConfigureAwait(false);
        }

        // Also where everything was removed: a claim is void when its key is removed, whatever tags it writes.
        foreach (var batch in keys.GroupBy(k => ShardOf(shards, k)).SelectMany(g => Batches(g.Key, g)))
        {
            var wait = _tier.Wait("removing", batch.Keys.Sum(static k => k.Length));
            await RemoveAsync(batch.Shard, batch.Keys, wait, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Not before that local time: a timer may end early by what its clock is coarse.</summary>
    private async Task UntilAsync(TierClock clock, double local, CancellationToken cancellationToken)
    {
        while (local - clock.Local() is > 0 and var left)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(left)), _tier.Time, cancellationToken)
                .ConfigureAwait(false);
        }
    }

    private static IEnumerable<(Shard Shard, string[] Keys)> Batches(Shard shard, IEnumerable<string> keys) =>
        keys.Chunk(BatchKeys).Select(k => (shard, k));

    private static async Task RemoveAsync(Shard shard, string[] keys, Wait wait, CancellationToken cancellationToken)
    {
        RedisKey[] redisKeys = [.. keys.Select(shard.Names.Key)];
        RedisValue[] names = [.. keys.Select(k => (RedisValue)TextBytes.Of(k))];
        await shard.VersionedAsync(Scripts.Remove, redisKeys, names, wait, cancellationToken).ConfigureAwait(false);
    }

    private async Task RemoveByTagAsync(Shard shard, string tag, CancellationToken cancellationToken)
    {
        var (wait, _) = await HearingAsync(shard, _tier.Wait("removing a tag"), cancellationToken)
            .ConfigureAwait(false);
        RedisValue member = tag == Everything ? Everything : TagQuestion.Member(TextBytes.Of(tag));
        RedisValue[] values = [member, _tier.Options.TagCapacity];
        var (epoch, sequence) = await shard
            .VersionedAsync(Scripts.RemoveTag, [], values, wait, cancellationToken)
            .ConfigureAwait(false);
        shard.OwnTagRemoved(((ReadOnlyMemory<byte>)member).Span, epoch, sequence);
    }
}
