using System.Buffers;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Caching.Distributed;
using PerfKit.Caching.Internal.Distributed;
using StackExchange.Redis;

namespace PerfKit.Caching;

/// <summary>
/// A distributed cache whose entries are strings in Redis that expire by themselves: a read and a write are one command
/// each. Reads allocate what the client does and no copy of the value. <c>Internal/Distributed/README.md</c> tells the design.
/// </summary>
internal sealed partial class RedisDistributedCache : IBufferDistributedCache, IDisposable
{
    private readonly IConnectionMultiplexer _connection;
    private readonly bool _isOwner;
    private readonly IDatabase _redis;
    private readonly CacheKeys _keys;
    private readonly TimeProvider _clock;

    public RedisDistributedCache(IConnectionMultiplexer connection, bool isOwner, string instance, TimeProvider clock)
    {
        _connection = connection;
        _isOwner = isOwner;
        _redis = connection.GetDatabase();
        _keys = new CacheKeys(instance);
        _clock = clock;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> TryGetAsync(
        string key,
        IBufferWriter<byte> destination,
        CancellationToken token = default
    )
    {
        ArgumentNullException.ThrowIfNull(destination);
        var stored = _keys.Of(key);
        token.ThrowIfCancellationRequested();
        try
        {
            using var lease = await _redis.StringGetLeaseAsync(stored).ConfigureAwait(false);
            var header = HeaderOf(lease, stored);
            if (header == 0)
            {
                return false;
            }

            destination.Write(lease!.Span[header..]);
            return true;
        }
        catch (RedisServerException fault) when (IsOtherType(fault))
        {
            return false;
        }
        catch (Exception fault) when (IsAway(fault))
        {
            throw Away(fault, "read");
        }
    }

    public async Task<byte[]?> GetAsync(string key, CancellationToken token = default)
    {
        var stored = _keys.Of(key);
        token.ThrowIfCancellationRequested();
        try
        {
            using var lease = await _redis.StringGetLeaseAsync(stored).ConfigureAwait(false);
            var header = HeaderOf(lease, stored);
            return header == 0 ? null : lease!.Span[header..].ToArray();
        }
        catch (RedisServerException fault) when (IsOtherType(fault))
        {
            return null;
        }
        catch (Exception fault) when (IsAway(fault))
        {
            throw Away(fault, "read");
        }
    }

    public Task SetAsync(
        string key,
        byte[] value,
        DistributedCacheEntryOptions options,
        CancellationToken token = default
    )
    {
        ArgumentNullException.ThrowIfNull(value);
        return WriteAsync(key, new ReadOnlySequence<byte>(value), options, token);
    }

    public ValueTask SetAsync(
        string key,
        ReadOnlySequence<byte> value,
        DistributedCacheEntryOptions options,
        CancellationToken token = default
    ) => new(WriteAsync(key, value, options, token));

    public async Task RefreshAsync(string key, CancellationToken token = default)
    {
        var stored = _keys.Of(key);
        token.ThrowIfCancellationRequested();
        try
        {
            await _redis.ScriptEvaluateAsync(SlideScript, [stored], flags: SlideFlags).ConfigureAwait(false);
        }
        catch (Exception fault) when (IsAway(fault))
        {
            throw Away(fault, "refresh");
        }
    }

    public async Task RemoveAsync(string key, CancellationToken token = default)
    {
        var stored = _keys.Of(key);
        token.ThrowIfCancellationRequested();
        try
        {
            await _redis.KeyDeleteAsync(stored).ConfigureAwait(false);
        }
        catch (Exception fault) when (IsAway(fault))
        {
            throw Away(fault, "remove");
        }
    }

    public void Dispose()
    {
        if (_isOwner)
        {
            _connection.Dispose();
        }
    }

    private async Task WriteAsync(
        string key,
        ReadOnlySequence<byte> value,
        DistributedCacheEntryOptions options,
        CancellationToken token
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        var stored = _keys.Of(key);
        token.ThrowIfCancellationRequested();
        var lifetime = Lifetime.Of(options, _clock);
        try
        {
            if (lifetime.NeedsEnd)
            {
                lifetime = lifetime.EndingAfter(Milliseconds(await _redis.ExecuteAsync("TIME").ConfigureAwait(false)));
            }

            var buffer = Rent(value, lifetime, out var entry);
            await _redis.StringSetAsync(stored, entry, lifetime.Expiration).ConfigureAwait(false);
            ArrayPool<byte>.Shared.Return(buffer);
        }
        catch (Exception fault) when (IsAway(fault))
        {
            throw Away(fault, "write");
        }
    }
}
