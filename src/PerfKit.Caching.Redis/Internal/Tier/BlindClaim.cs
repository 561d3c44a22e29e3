namespace PerfKit.Caching.Internal.RedisTiers;

/// <summary>
/// A claim on a key that was not read. Redis does not keep when a key was removed, so the proof is here: this process
/// hears every change, and the script writes only if there is none that it has not heard yet.
/// </summary>
internal sealed class BlindClaim : RedisClaim
{
    private const int MostTries = 3;
    private readonly KeyWatches.Watch _watch;
    private int _isLeft;

    public BlindClaim(Shard shard, string key, ShardView view)
        : base(shard, key, view) => _watch = shard.Watches.Enter(key);

    protected override async ValueTask<bool> SendAsync(
        Outgoing bytes,
        TierValue value,
        Wait wait,
        CancellationToken cancellationToken
    )
    {
        var began = Shard.Tier.Clock.Local();
        for (var i = 1; ; i++)
        {
            var heard = View.Heard;
            if (Shard.View != View || _watch.Changed > Since)
            {
                bytes.Dispose(); // Not sent.
                return false;
            }

            var reply = await EvaluateAsync(
                    Scripts.WriteBlind,
                    [Shard.Names.Versions, Key],
                    [
                        View.Epoch.ToText(),
                        heard,
                        bytes.Bytes,
                        Outgoing.Milliseconds(value.TimeToLive),
                        Shard.Names.Channel,
                        ShardMessage.WakeOf(Shard.Tier.Node, Name),
                    ],
                    bytes,
                    wait.After(Shard.Tier.Clock.Local() - began),
                    cancellationToken
                )
                .ConfigureAwait(false);
            if (reply < 0)
            {
                return reply == -1;
            }

            if (
                i == MostTries
                || !await Shard
                    .HearsAsync(View, reply, wait.After(Shard.Tier.Clock.Local() - began).Left, cancellationToken)
                    .ConfigureAwait(false)
            )
            {
                return false;
            }

            bytes = Outgoing.Whole(Shard.Tier, View.Epoch, Since, value); // The last went back with its answer.
        }
    }

    protected override ValueTask GiveUpAsync()
    {
        if (Interlocked.Exchange(ref _isLeft, 1) == 0)
        {
            Shard.Watches.Leave(Name, _watch);
        }

        return default;
    }
}
