using StackExchange.Redis;

namespace PerfKit.Caching.Internal.RedisTiers;

internal sealed partial class Shard
{
    public Task<RedisResult> EvaluateAsync(string script, RedisKey[] keys, RedisValue[] values) =>
        _database.ScriptEvaluateAsync(script, keys, values, CommandFlags.DemandMaster);

    public async ValueTask<long> EvaluateNumberAsync(
        string script,
        RedisKey[] keys,
        RedisValue[] values,
        Wait wait,
        CancellationToken cancellationToken
    )
    {
        var command = EvaluateAsync(script, keys, values);
        return (long)await tier.Deadlines.WithinAsync(command, wait, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Runs a script that is bound to the node's generation, and gives epoch and number it ended with.</summary>
    public async ValueTask<(Epoch Epoch, long Sequence)> VersionedAsync(
        string script,
        RedisKey[] keys,
        RedisValue[] values,
        Wait wait,
        CancellationToken cancellationToken,
        IDisposable? buffer = null
    )
    {
        var view = _view;
        var known = _known; // Also without a view: what is known now outlives it.
        var generation = tier.Generation;
        var command = EvaluateAsync(
            script,
            [names.Versions, names.Tags, names.Node, .. keys],
            [generation, Epoch.RandomDigits(), names.Channel, tier.Node, .. values]
        );
        Outgoing.ReturnAfter(command, buffer);
        var reply = (RedisValue[])
            (await tier.Deadlines.WithinAsync(command, wait, cancellationToken).ConfigureAwait(false))!;
        if (reply[0].IsNullOrEmpty)
        {
            if (reply[1] == "late")
            {
                throw wait.Exceeded();
            }

            if (generation == tier.Generation)
            {
                Lose(view); // Redis has lost the generation: joining tells it again.
            }

            throw new InvalidOperationException(
                $"{tier.Place}: {wait.Operation} was refused because it was sent before a rejoin."
            );
        }

        var epoch = Epoch.Read(((ReadOnlyMemory<byte>)reply[0]).Span);
        var sequence = (long)reply[1];
        if (epoch == known?.Epoch)
        {
            known.Raise(sequence);
        }
        else if (view is not null)
        {
            Lose(view);
        }

        return (epoch, sequence);
    }
}
