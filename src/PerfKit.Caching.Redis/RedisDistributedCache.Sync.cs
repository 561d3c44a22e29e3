using System.Buffers;
using Microsoft.Extensions.Caching.Distributed;
using PerfKit.Caching.Internal.Distributed;
using StackExchange.Redis;

namespace PerfKit.Caching;

/// <summary>The synchronous half of the interface, on the client's synchronous commands; it blocks the calling thread.</summary>
internal sealed partial class RedisDistributedCache
{
    public bool TryGet(string key, IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        using var lease = Read(key, out var header);
        if (header == 0)
        {
            return false;
        }

        destination.Write(lease!.Span[header..]);
        return true;
    }

    public byte[]? Get(string key)
    {
        using var lease = Read(key, out var header);
        return header == 0 ? null : lease!.Span[header..].ToArray();
    }

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options)
    {
        ArgumentNullException.ThrowIfNull(value);
        Set(key, new ReadOnlySequence<byte>(value), options);
    }

    public void Set(string key, ReadOnlySequence<byte> value, DistributedCacheEntryOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var stored = _keys.Of(key);
        var lifetime = Lifetime.Of(options, _clock);
        try
        {
            if (lifetime.NeedsEnd)
            {
                lifetime = lifetime.EndingAfter(Milliseconds(_redis.Execute("TIME")));
            }

            var buffer = Rent(value, lifetime, out var entry);
            _redis.StringSet(stored, entry, lifetime.Expiration);
            ArrayPool<byte>.Shared.Return(buffer);
        }
        catch (Exception fault) when (IsAway(fault))
        {
            throw Away(fault, "write");
        }
    }

    public void Refresh(string key)
    {
        var stored = _keys.Of(key);
        try
        {
            _redis.ScriptEvaluate(SlideScript, [stored], flags: SlideFlags);
        }
        catch (Exception fault) when (IsAway(fault))
        {
            throw Away(fault, "refresh");
        }
    }

    public void Remove(string key)
    {
        var stored = _keys.Of(key);
        try
        {
            _redis.KeyDelete(stored);
        }
        catch (Exception fault) when (IsAway(fault))
        {
            throw Away(fault, "remove");
        }
    }

    private Lease<byte>? Read(string key, out int header)
    {
        header = 0;
        var stored = _keys.Of(key);
        try
        {
            var lease = _redis.StringGetLease(stored);
            header = HeaderOf(lease, stored);
            return lease;
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
}
