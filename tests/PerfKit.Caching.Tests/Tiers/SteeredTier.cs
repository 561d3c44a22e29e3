using System.Buffers;
using System.Collections.Concurrent;

namespace PerfKit.Caching.Tests.Tiers;

/// <summary>A tier in memory that fails, waits and tells on command: what a server cannot be made to do at a given moment.</summary>
internal sealed class SteeredTier : ICacheTier
{
    private readonly ConcurrentDictionary<string, (byte[] Payload, string[] Tags)> _values = new();

    public ICacheTierListener? Listener { get; private set; }

    /// <summary>Every call fails while it is set.</summary>
    public Exception? Fault { get; set; }

    /// <summary>Every call waits for it.</summary>
    public Task Pace { get; set; } = Task.CompletedTask;

    /// <summary>A key of which every write fails.</summary>
    public string? Refused { get; set; }

    /// <summary>Claims come as if another process had been waited for.</summary>
    public bool HasWaited { get; set; }

    /// <summary>Runs within each rejoin.</summary>
    public Func<Task>? Rejoining { get; set; }

    /// <summary>A claim was given up or used.</summary>
    public TaskCompletionSource GivenUp { get; } = new();

    /// <summary>Giving up a claim waits for it.</summary>
    public Task Releasing { get; set; } = Task.CompletedTask;

    public ConcurrentQueue<string> Calls { get; } = new();

    public int BytesOf(string key) => _values[key].Payload.Length;

    public long NowMilliseconds { get; set; } = 1_000_000;

    public async ValueTask<TierEntry?> ReadAsync(string key, CancellationToken cancellationToken)
    {
        await CallAsync("read " + key);
        return _values.TryGetValue(key, out var value) ? new Entry(value.Payload, value.Tags) : null;
    }

    public async ValueTask<TierOutcome> ReadOrClaimAsync(string key, CancellationToken cancellationToken) =>
        await ReadAsync(key, cancellationToken) is { } entry
            ? new TierOutcome(entry, null)
            : new TierOutcome(null, new Claimed(this, key)) { HasWaited = HasWaited };

    public ValueTask<TierClaim> ClaimAsync(string key, TierEntry? entry, CancellationToken cancellationToken) =>
        new(new Claimed(this, key));

    public async ValueTask PutAsync(string key, TierValue value, CancellationToken cancellationToken)
    {
        await CallAsync("put " + key);
        Refuse([key]);
        _values[key] = (value.Payload.ToArray(), [.. value.Tags]);
    }

    public async ValueTask RemoveAsync(string key, CancellationToken cancellationToken)
    {
        await CallAsync("remove " + key);
        _values.TryRemove(key, out _);
    }

    public async ValueTask RemoveByTagAsync(string tag, CancellationToken cancellationToken)
    {
        await CallAsync("untag " + tag);
        foreach (var (key, value) in _values)
        {
            if (tag == "*" || value.Tags.Contains(tag))
            {
                _values.TryRemove(key, out _);
            }
        }
    }

    public async ValueTask RejoinAsync(
        IReadOnlyCollection<string> keys,
        IReadOnlyCollection<string> tags,
        CancellationToken cancellationToken
    )
    {
        if (Rejoining is not null)
        {
            await Rejoining();
        }

        await CallAsync($"rejoin {string.Join(',', keys.Order())}|{string.Join(',', tags.Order())}");
        Refuse(keys);
        foreach (var key in keys)
        {
            _values.TryRemove(key, out _);
        }

        foreach (var tag in tags)
        {
            await RemoveByTagAsync(tag, cancellationToken);
        }
    }

    public IDisposable Listen(ICacheTierListener listener)
    {
        Listener = listener;
        return new MemoryStream();
    }

    private async Task CallAsync(string call)
    {
        Calls.Enqueue(call);
        await Pace;
        if (Fault is { } fault)
        {
            throw fault;
        }
    }

    private void Refuse(IReadOnlyCollection<string> keys)
    {
        if (Refused is not null && keys.Contains(Refused))
        {
            throw new ArgumentException($"'{Refused}' is refused.");
        }
    }

    private sealed class Entry(byte[] payload, string[] tags) : TierEntry
    {
        public override ReadOnlySequence<byte> Payload => new(payload);

        public override IReadOnlyList<string> Tags => tags;

        public override void Dispose() { }
    }

    private sealed class Claimed(SteeredTier tier, string key) : TierClaim
    {
        public override async ValueTask<bool> WriteAsync(TierValue value, CancellationToken cancellationToken)
        {
            await tier.CallAsync("write " + key);
            tier._values[key] = (value.Payload.ToArray(), [.. value.Tags]);
            return true;
        }

        public override ValueTask DisposeAsync()
        {
            tier.GivenUp.TrySetResult();
            return new ValueTask(tier.Releasing);
        }
    }
}
