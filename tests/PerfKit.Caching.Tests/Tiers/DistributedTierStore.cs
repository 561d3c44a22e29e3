using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.Extensions.Caching.Distributed;

namespace PerfKit.Caching.Tests.Tiers;

/// <summary>A distributed cache in memory whose calls wait or fail on command; like many a client it ignores its tokens.</summary>
internal sealed class DistributedTierStore : IBufferDistributedCache
{
    private readonly ConcurrentDictionary<string, byte[]> _values = new();

    /// <summary>Awaited by every call before it takes effect: the call's name, a blank, the key.</summary>
    public Func<string, Task> Before { get; set; } = _ => Task.CompletedTask;

    public ConcurrentQueue<string> Calls { get; } = new();

    public IBufferWriter<byte>? LastTarget { get; private set; }

    public async ValueTask<bool> TryGetAsync(
        string key,
        IBufferWriter<byte> destination,
        CancellationToken token = default
    )
    {
        LastTarget = destination;
        if (await GetAsync(key, token) is not { } bytes)
        {
            return false;
        }

        destination.Write(bytes);
        return true;
    }

    public async Task<byte[]?> GetAsync(string key, CancellationToken token = default)
    {
        await CallAsync("get " + key);
        return _values.GetValueOrDefault(key);
    }

    public async Task SetAsync(
        string key,
        byte[] value,
        DistributedCacheEntryOptions options,
        CancellationToken token = default
    )
    {
        await CallAsync("set " + key);
        _values[key] = value;
    }

    public async Task RemoveAsync(string key, CancellationToken token = default)
    {
        await CallAsync("remove " + key);
        _values.TryRemove(key, out _);
    }

    public byte[] Get(string key) => throw new NotSupportedException();

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options) =>
        throw new NotSupportedException();

    public void Refresh(string key) => throw new NotSupportedException();

    public Task RefreshAsync(string key, CancellationToken token = default) => throw new NotSupportedException();

    public void Remove(string key) => throw new NotSupportedException();

    public bool TryGet(string key, IBufferWriter<byte> destination) => throw new NotSupportedException();

    public void Set(string key, ReadOnlySequence<byte> value, DistributedCacheEntryOptions options) =>
        throw new NotSupportedException();

    public ValueTask SetAsync(
        string key,
        ReadOnlySequence<byte> value,
        DistributedCacheEntryOptions options,
        CancellationToken token = default
    ) => throw new NotSupportedException();

    private async Task CallAsync(string call)
    {
        Calls.Enqueue(call);
        await Before(call).ConfigureAwait(false);
    }
}
