using System.Diagnostics.Metrics;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using StackExchange.Redis;

namespace PerfKit.Caching.Internal.RedisTiers;

/// <summary>The second tier in Redis. The design is told in this folder's README.</summary>
internal sealed partial class RedisTier : ICacheTier, IDisposable, IAsyncDisposable
{
    private readonly TierContext _tier;
    private readonly TierLink _link;
    private readonly HeldClaims _held;
    private int _isDisposed;

    public RedisTier(
        string name,
        RedisTierOptions options,
        TimeProvider time,
        IConnectionMultiplexer? shared,
        IMeterFactory? meters = null
    )
    {
        if (options.Fault(name) is { } fault)
        {
            throw new ArgumentException(fault, nameof(options));
        }

        _tier = new TierContext(name, options, time, meters);
        _link = new TierLink(_tier, shared);
        _held = new HeldClaims(_tier);
    }

    public long NowMilliseconds => _tier.Clock.NowMilliseconds;

    /// <summary>For tests: the shards, once Redis was reached.</summary>
    internal IReadOnlyList<Shard> Shards => _link.Shards ?? [];

    public IDisposable Listen(ICacheTierListener listener)
    {
        ArgumentNullException.ThrowIfNull(listener);
        _tier.Telling.Begin(listener);
        _link.Start();
        return new Ending(_tier.Telling);
    }

    public ValueTask<TierClaim> ClaimAsync(string key, TierEntry? entry, CancellationToken cancellationToken) =>
        new(Claim(key, entry));

    /// <summary>Needs no answer from Redis: what is known here is enough.</summary>
    internal TierClaim Claim(string key, TierEntry? entry)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (_link.Shards is not { } shards)
        {
            return VoidClaim.Instance;
        }

        var shard = ShardOf(shards, key);
        return (shard.View, entry) switch
        {
            (null, _) => VoidClaim.Instance,
            ({ } view, null) => new BlindClaim(shard, key, view),
            ({ } view, RedisTierEntry seen) => new SeenClaim(shard, key, view, seen.Token.ToArray()),
            _ => throw new ArgumentException("The entry was not read from this tier.", nameof(entry)),
        };
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            _held.Dispose();
            _link.Dispose();
            _tier.Dispose();
        }
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }

    private static Shard ShardOf(Shard[] shards, string key) =>
        shards.Length == 1
            ? shards[0]
            : shards[XxHash3.HashToUInt64(MemoryMarshal.AsBytes(key.AsSpan())) % (uint)shards.Length];

    private ValueTask<Shard[]> ShardsAsync(CancellationToken cancellationToken) =>
        _link.FirstTry.IsCompleted && _link.Shards is { } shards
            ? new ValueTask<Shard[]>(shards)
            : BeginAsync(cancellationToken);

    /// <summary>A process that starts gives the first connection more time than a command has: its caches are cold.</summary>
    private async ValueTask<Shard[]> BeginAsync(CancellationToken cancellationToken)
    {
        var wait = _tier.Wait("connecting") with { Limit = TierContext.StartLimit };
        return await _tier.Deadlines.WithinAsync(_link.FirstTry, wait, cancellationToken).ConfigureAwait(false)
            ?? _link.Shards
            ?? throw new TimeoutException($"{_tier.Place}: not connected yet.");
    }

    private async ValueTask<Shard> ShardAsync(string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        return ShardOf(await ShardsAsync(cancellationToken).ConfigureAwait(false), key);
    }

    /// <summary>Waits until the shard hears, which counts against the command behind it: no call has two deadlines to wait for.</summary>
    private async ValueTask<(Wait Wait, ShardView View)> HearingAsync(
        Shard shard,
        Wait wait,
        CancellationToken cancellationToken
    )
    {
        if (shard.View is { } view)
        {
            return (wait, view);
        }

        var began = _tier.Clock.Local();
        view = await shard.ViewAsync(wait, cancellationToken).ConfigureAwait(false);
        return (wait.After(_tier.Clock.Local() - began), view);
    }

    private sealed class Ending(Telling telling) : IDisposable
    {
        public void Dispose() => telling.End();
    }
}
