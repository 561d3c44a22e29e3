namespace PerfKit.Caching.Internal.RedisTiers;

/// <summary>A claim on a value that was read: it is written if the same bytes are still there.</summary>
internal sealed class SeenClaim(Shard shard, string key, ShardView view, byte[] token) : RedisClaim(shard, key, view)
{
    protected override async ValueTask<bool> SendAsync(
        Outgoing bytes,
        TierValue value,
        Wait wait,
        CancellationToken cancellationToken
    )
    {
        var timeToLive = Outgoing.Milliseconds(value.TimeToLive);
        return await EvaluateAsync(
                    Scripts.WriteSeen,
                    [Key],
                    [token, bytes.Bytes, timeToLive],
                    bytes,
                    wait,
                    cancellationToken
                )
                .ConfigureAwait(false) == 1;
    }
}
