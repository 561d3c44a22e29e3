using System.IO.Hashing;
using StackExchange.Redis;

namespace PerfKit.Caching.Internal.RedisTiers;

/// <summary>
/// One slot's part of a cache: what is known of it, and who waits for what. It has a <see cref="View"/> while it
/// hears everything, and none from the moment it may not.
/// </summary>
internal sealed partial class Shard(TierContext tier, ShardNames names, TierClock clock, IDatabase database)
    : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Lock _hearing = new();
    private readonly RecentMessages _recent = new(); // Guarded by it.
    private readonly RecentMessages _probes = new(); // Likewise; each has a nonce.
    private volatile IDatabase _database = database;
    private volatile ShardView? _view;
    private TaskCompletionSource<ShardView> _ready = NewSource<ShardView>();
    private TaskCompletionSource? _pulse;
    private Epoch _ownTagEpoch;
    private long _ownTag;

    public TierContext Tier => tier;

    /// <summary>The clock of this shard's server; on a cluster each has its own.</summary>
    public TierClock Clock => clock;

    public ShardNames Names => names;

    /// <summary>Where commands go; another one when the connection was made anew.</summary>
    public IDatabase Database
    {
        get => _database;
        set => _database = value;
    }

    public Waiters Waiters { get; } = new();

    public KeyWatches Watches { get; } = new();

    /// <summary>What is known; null while writes of others may go unheard.</summary>
    public ShardView? View => _view;

    /// <summary>The view, once there is one.</summary>
    public ValueTask<ShardView> ViewAsync(Wait wait, CancellationToken cancellationToken)
    {
        Task<ShardView> ready;
        lock (_gate)
        {
            ready = _ready.Task;
        }

        return tier.Deadlines.WithinAsync(ready, wait with { Operation = "taking part" }, cancellationToken);
    }

    /// <summary>This view has a gap, or whatever view there is.</summary>
    public void Lose(ShardView? view = null)
    {
        lock (_gate)
        {
            if (view is not null && view != _view)
            {
                return;
            }

            _expected = null; // A probe that came over a broken connection proves nothing.
            if (_view is null)
            {
                return;
            }

            _view = null;
            _ready = NewSource<ShardView>();
            tier.Telling.Lost(this); // Within the lock, so that what is told has the order of what happened.
        }

        Waiters.WakeAll();
        Pulse();
        tier.Wanted?.Invoke();
    }

    /// <summary>This process has removed a tag. No view may forget that, also one whose probe was sent before.</summary>
    public void OwnTagRemoved(ReadOnlySpan<byte> member, Epoch epoch, long sequence)
    {
        lock (_gate)
        {
            if (epoch != _ownTagEpoch || sequence > _ownTag)
            {
                (_ownTagEpoch, _ownTag) = (epoch, sequence);
            }

            if (_view is { } view && view.Epoch == epoch)
            {
                view.Remove(member, sequence);
            }
        }
    }

    /// <summary>Whether this view has heard so much; false when the time is up or the view was lost.</summary>
    public async ValueTask<bool> HearsAsync(ShardView view, long sequence, TimeSpan limit, CancellationToken end)
    {
        var until = tier.Clock.Local() + limit.TotalMilliseconds;
        while (view.Heard < sequence)
        {
            Task pulse;
            lock (_gate)
            {
                pulse = (_pulse ??= NewSource()).Task;
            }

            var left = until - tier.Clock.Local();
            if (view != _view || left <= 0)
            {
                return false;
            }

            if (view.Heard < sequence)
            {
                await pulse
                    .WaitAsync(TimeSpan.FromMilliseconds(left), tier.Time, end)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                end.ThrowIfCancellationRequested();
            }
        }

        return true;
    }

    /// <summary>A message of the channel, in order.</summary>
    public void Hear(ReadOnlySpan<byte> bytes)
    {
        if (ShardMessage.TryRead(bytes, out var message))
        {
            lock (_hearing) // Uncontended but while one connection takes another's place.
            {
                Hear(message, XxHash3.HashToUInt64(bytes));
            }
        }
    }

    public void Dispose() => _joining.Dispose();

    private static TaskCompletionSource<T> NewSource<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Hear(in ShardMessage message, ulong hash)
    {
        switch (message.Kind)
        {
            case ShardMessage.Wake:
                Waiters.Wake(TextBytes.Text(message.Name));
                break;
            case ShardMessage.Joined when !_probes.Add((long)hash, hash):
                break; // It has come before, and more behind it.
            case ShardMessage.Joined when _view is { } joined:
                if (message.Epoch != joined.Epoch || message.Sequence != joined.Heard)
                {
                    Lose(joined); // Another one's: only this tells that the epoch was raised.
                }

                break;
            case ShardMessage.Joined:
                Begin(message);
                break;
            case ShardMessage.KeyChanged or ShardMessage.TagRemoved:
                var isNew = _recent.Add(message.Sequence, hash); // Also without a view: the next one may hear it again.
                if (_view is { } view)
                {
                    Hear(view, message, isNew);
                }

                break;
        }
    }

    private void Hear(ShardView view, in ShardMessage message, bool isNew)
    {
        var isOfView = message.Epoch == view.Epoch;
        if (isOfView && message.Sequence == view.Heard + 1)
        {
            Take(view, message);
        }
        else if (isNew || (isOfView && message.Sequence > view.Heard))
        {
            Lose(view);
        }
    }

    private void Take(ShardView view, in ShardMessage message)
    {
        var isOwn = message.Node.SequenceEqual(tier.Node);
        if (message.Kind == ShardMessage.TagRemoved)
        {
            view.Remove(message.Name, message.Sequence);
            view.Hear(message.Sequence);
            if (!isOwn)
            {
                var tag = message.Name is [(byte)':', ..] ? TextBytes.Text(message.Name[1..]) : "*";
                tier.Telling.Listener?.TagRemoved(tag);
            }
        }
        else
        {
            var key = TextBytes.Text(message.Name);
            Watches.Changed(key, message.Sequence);
            view.Hear(message.Sequence);
            Waiters.Wake(key);
            if (!isOwn)
            {
                tier.Telling.Listener?.Removed(key);
            }
        }

        Pulse();
    }

    private void Pulse()
    {
        TaskCompletionSource? pulse;
        lock (_gate)
        {
            (pulse, _pulse) = (_pulse, null);
        }

        pulse?.SetResult();
    }
}
