using StackExchange.Redis;

namespace PerfKit.Caching.Internal.RedisTiers;

internal sealed partial class Shard
{
    private const int MissedBeats = 2;
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(50);
    private readonly SemaphoreSlim _joining = new(1);
    private Probe? _expected;
    private volatile KnownNumber? _known; // Of the last view there was. Written under the lock.
    private string _suspect = "";
    private int _missed;

    /// <summary>Joins, or proves that nothing was missed. Never throws.</summary>
    public async Task TendAsync(CancellationToken end)
    {
        try
        {
            if (_view is { } view)
            {
                await BeatAsync(view, end).ConfigureAwait(false);
            }
            else
            {
                await JoinAsync(end).ConfigureAwait(false);
            }
        }
        catch (Exception)
        {
            // Redis is away, a listener failed, or this is being closed. What ended the beats would end the tier for
            // good: only who waits between two of them heeds the end.
        }
    }

    /// <summary>
    /// Begins to listen without a gap: a script sends a message that carries epoch and number of that very moment, and
    /// whatever follows it on the channel is counted from there. Its arrival proves that the subscription lives.
    /// </summary>
    public async Task JoinAsync(CancellationToken end)
    {
        await _joining.WaitAsync(end).ConfigureAwait(false);
        try
        {
            if (_view is not null)
            {
                return;
            }

            while (!await ProbeAsync(end).ConfigureAwait(false))
            {
                // Once more, for a new epoch.
            }

            _suspect = "";
        }
        finally
        {
            _joining.Release();
        }
    }

    /// <summary>False where Redis knows less than this process: an older copy, of which nothing may be used.</summary>
    private async Task<bool> ProbeAsync(CancellationToken end)
    {
        Probe probe;
        var wait = tier.Wait("taking part");
        lock (_gate)
        {
            _expected = probe = new Probe(Epoch.RandomDigits(), _known?.Epoch, _known?.Value ?? 0);
        }

        await AskAsync(wait, end).ConfigureAwait(false); // Whose clock is known: puts depend on it.
        await VersionedAsync(Scripts.Join, [], [probe.Nonce, _suspect], wait, end).ConfigureAwait(false);
        var arrival = wait with { Limit = Grace }; // Soon or never: it was sent before the script had answered.
        return await tier.Deadlines.WithinAsync(probe.Heard.Task, arrival, end).ConfigureAwait(false);
    }

    /// <summary>Makes what this tier sent under an older generation void.</summary>
    public async Task FenceAsync(CancellationToken cancellationToken)
    {
        if (_view is null)
        {
            await JoinAsync(cancellationToken).ConfigureAwait(false);
        }

        // A put refused as late may have been so by a clock that was set, and would be again until the next heartbeat.
        await AskAsync(tier.Wait("rejoining"), cancellationToken).ConfigureAwait(false);
        await VersionedAsync(Scripts.Join, [], ["", ""], tier.Wait("rejoining"), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>The probe has come back: from here on everything is heard.</summary>
    private void Begin(in ShardMessage message)
    {
        Probe probe;
        lock (_gate)
        {
            if (
                _expected is not { } expected
                || !message.Node.SequenceEqual(tier.Node)
                || !message.Name.StartsWith(expected.Nonce)
                || !ValueFormat.TryReadNumber(message.Name[Epoch.Length..], out var removedAll)
            )
            {
                return;
            }

            probe = expected;
            _expected = null;
            if (probe.Epoch == message.Epoch && message.Sequence < probe.Known)
            {
                _suspect = message.Epoch.ToText(); // The server came back without what it had not saved.
                probe.Heard.SetResult(false);
                return;
            }

            _missed = 0;
            if (_ownTagEpoch == message.Epoch && _ownTag > message.Sequence)
            {
                removedAll = _ownTag;
            }

            var known = _known is { } last && last.Epoch == message.Epoch ? last : new KnownNumber(message.Epoch);
            known.Raise(message.Sequence);
            _known = known;
            var view = new ShardView(known, message.Sequence, removedAll, tier.Options.LocalTagCapacity);
            _view = view;
            _ready.SetResult(view);
            tier.Telling.Heard(this);
        }

        probe.Heard.SetResult(true);
    }

    private async Task BeatAsync(ShardView view, CancellationToken end)
    {
        var wait = tier.Wait("the heartbeat") with { Limit = tier.Options.HeartbeatInterval };
        var heard = view.Heard;
        var sent = tier.Clock.Local();
        RedisValue[] reply;
        try
        {
            reply = await AskAsync(wait, end).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            if (++_missed >= MissedBeats)
            {
                Lose(view);
            }

            return;
        }

        _missed = 0;
        var (epoch, sequence) = (reply[0], (long)reply[1]);
        if (epoch != view.Epoch.ToText() || reply[2] == 0 || reply[3] == 0)
        {
            Lose(view); // Versions, tags or the node's generation were lost: joining makes them anew.
        }
        else if (sequence < heard)
        {
            _suspect = view.Epoch.ToText(); // An older copy took over. What was written meanwhile is nobody's.
            Lose(view);
        }
        else if (await HearsAsync(view, sequence, Grace, end).ConfigureAwait(false))
        {
            tier.CaughtUp(sent);
        }
        else
        {
            Lose(view);
        }
    }

    /// <summary>What a heartbeat asks; the clock is learned on the way.</summary>
    private async Task<RedisValue[]> AskAsync(Wait wait, CancellationToken end)
    {
        var sent = clock.Local();
        var beat = EvaluateAsync(Scripts.Beat, [names.Versions, names.Tags, names.Node], []);
        var reply = (RedisValue[])(await tier.Deadlines.WithinAsync(beat, wait, end).ConfigureAwait(false))!;
        clock.Learn(((double)reply[4] * 1_000) + ((double)reply[5] / 1_000), sent, clock.Local());
        return reply;
    }

    /// <param name="nonce">By which its message is known.</param>
    /// <param name="epoch">The last this process took part in.</param>
    /// <param name="known">What it knew of that before it asked.</param>
    private sealed class Probe(byte[] nonce, Epoch? epoch, long known)
    {
        public byte[] Nonce => nonce;

        public Epoch? Epoch => epoch;

        public long Known => known;

        public TaskCompletionSource<bool> Heard { get; } = NewSource<bool>();
    }
}
