using StackExchange.Redis;

namespace PerfKit.Caching.Internal.RedisTiers;

/// <summary>
/// A claim knows how far Redis was when the making began. That goes into what it writes, so a tag removed later kills it
/// wherever it is read, and no clock is asked.
/// </summary>
internal abstract class RedisClaim(Shard shard, string key, ShardView view) : TierClaim
{
    private readonly long _since = view.Known;
    private bool _isUsed;

    /// <summary>Milliseconds that its commands have taken so far: what it is written with has the same deadline as the claiming.</summary>
    public double Spent { get; set; }

    protected Shard Shard => shard;

    protected ShardView View => view;

    protected string Name => key;

    protected RedisKey Key => shard.Names.Key(key);

    protected long Since => _since;

    public override async ValueTask<bool> WriteAsync(TierValue value, CancellationToken cancellationToken)
    {
        if (_isUsed)
        {
            throw new InvalidOperationException("The claim has been written or given up; claim again.");
        }

        _isUsed = true;
        if (!IsStanding(value.Tags))
        {
            return false; // Dead before it is there.
        }

        var bytes = Outgoing.Whole(shard.Tier, view.Epoch, _since, value);
        var wait = shard.Tier.Wait("writing", bytes.Length).After(Spent);
        var began = shard.Tier.Clock.Local();
        try
        {
            var isWritten = await SendAsync(bytes, value, wait, cancellationToken).ConfigureAwait(false);
            return isWritten && IsStanding(value.Tags);
        }
        finally
        {
            Spent += shard.Tier.Clock.Local() - began; // Giving it up is not waited for as long again.
        }
    }

    public override async ValueTask DisposeAsync()
    {
        _isUsed = true;
        try
        {
            await GiveUpAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException)
        {
            // The lease runs out by itself.
        }
    }

    protected abstract ValueTask<bool> SendAsync(
        Outgoing bytes,
        TierValue value,
        Wait wait,
        CancellationToken cancellationToken
    );

    protected virtual ValueTask GiveUpAsync() => default;

    private bool IsStanding(IReadOnlyList<string> tags) =>
        view.IsStanding(_since, tags)
        && (shard.View is not { } now || now == view || (now.Epoch == view.Epoch && now.IsStanding(_since, tags)));

    protected async ValueTask<long> EvaluateAsync(
        string script,
        RedisKey[] keys,
        RedisValue[] values,
        Outgoing bytes,
        Wait wait,
        CancellationToken cancellationToken
    )
    {
        var command = shard.EvaluateAsync(script, keys, values);
        Outgoing.ReturnAfter(command, bytes);
        return (long)await shard.Tier.Deadlines.WithinAsync(command, wait, cancellationToken).ConfigureAwait(false);
    }
}
