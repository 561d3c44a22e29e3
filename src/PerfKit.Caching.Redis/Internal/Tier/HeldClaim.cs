using StackExchange.Redis;

namespace PerfKit.Caching.Internal.RedisTiers;

/// <summary>A claim that lies in Redis under the key, renewed while its holder lives. The token fences one that does not.</summary>
internal sealed class HeldClaim(Shard shard, string key, ShardView view, byte[] bytes, HeldClaims held)
    : RedisClaim(shard, key, view)
{
    private readonly RedisValue _token = bytes.AsMemory(0, ValueFormat.TokenLength);

    private RedisValue Wake => ShardMessage.WakeOf(Shard.Tier.Node, Name);

    public static byte[] NewBytes(TierContext tier)
    {
        var bytes = new byte[ValueFormat.TokenLength + 1];
        "C1"u8.CopyTo(bytes);
        tier.NextId(bytes.AsSpan(2));
        bytes[^1] = (byte)'0';
        return bytes;
    }

    public async Task RenewAsync()
    {
        var lease = (long)Shard.Tier.Options.ClaimLease.TotalMilliseconds;
        var wait = Shard.Tier.Wait("renewing a claim");
        try
        {
            var isMine = await Shard
                .EvaluateNumberAsync(Scripts.Renew, [Key], [_token, lease], wait, default)
                .ConfigureAwait(false);
            if (isMine == 0)
            {
                held.Remove(this);
            }
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException)
        {
            // The next turn tries again, and the lease bounds it.
        }
    }

    /// <summary>
    /// For a claim that nobody got, because the command that takes it was given up. That may take effect all the same, also
    /// when the client has called it failed, so it is released whatever came of it: the token spares another's claim.
    /// </summary>
    public void ReleaseUnheard(Task command) =>
        command.ContinueWith(
            static (c, state) =>
            {
                _ = c.Exception; // Observed: the caller has had its answer.
                var claim = (HeldClaim)state!;
                claim.Hold(); // Not before the command has ended: a renewal would find no claim and drop it.
                _ = claim.DisposeAsync().AsTask();
            },
            this,
            CancellationToken.None,
            TaskContinuationOptions.None,
            TaskScheduler.Default
        );

    /// <summary>It lies in Redis from now on, to be renewed until it is written or given up.</summary>
    public void Hold() => held.Add(this);

    protected override async ValueTask<bool> SendAsync(
        Outgoing bytes,
        TierValue value,
        Wait wait,
        CancellationToken cancellationToken
    )
    {
        RedisValue[] values =
        [
            _token,
            bytes.Bytes,
            Outgoing.Milliseconds(value.TimeToLive),
            Shard.Names.Channel,
            Wake,
            (long)Shard.Tier.Options.ClaimLease.TotalMilliseconds,
            Shard.Tier.Clock.NowMilliseconds,
        ];
        var written = await EvaluateAsync(Scripts.WriteClaimed, [Key], values, bytes, wait, cancellationToken)
            .ConfigureAwait(false);
        held.Remove(this); // It is in Redis no more: written over, or lost before.
        return written == 1;
    }

    protected override async ValueTask GiveUpAsync()
    {
        if (held.Remove(this))
        {
            await Shard
                .EvaluateNumberAsync(
                    Scripts.Release,
                    [Key],
                    [_token, Shard.Names.Channel, Wake],
                    Shard.Tier.Wait("giving up a claim").After(Spent),
                    default
                )
                .ConfigureAwait(false);
        }
    }
}
