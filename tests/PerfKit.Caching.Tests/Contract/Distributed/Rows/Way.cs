using System.Buffers;
using Microsoft.Extensions.Caching.Distributed;

namespace PerfKit.Caching.Tests.Contract.Distributed.Rows;

/// <summary>One of the ways to call a distributed cache, all of which must do the same.</summary>
internal abstract class Way(string name, bool takesToken)
{
    public static IReadOnlyList<Way> OfBytes { get; } = [new Bytes(), new BytesAsync()];

    public static IReadOnlyList<Way> All { get; } = [.. OfBytes, new Buffers(), new BuffersAsync()];

    public string Name => name;

    public bool TakesToken => takesToken;

    public abstract Task<byte[]?> GetAsync(IDistributedCache cache, string key, CancellationToken token = default);

    public abstract Task SetAsync(
        IDistributedCache cache,
        string key,
        byte[] value,
        DistributedCacheEntryOptions options,
        CancellationToken token = default
    );

    public virtual Task RefreshAsync(IDistributedCache cache, string key, CancellationToken token = default) =>
        cache.RefreshAsync(key, token);

    public virtual Task RemoveAsync(IDistributedCache cache, string key, CancellationToken token = default) =>
        cache.RemoveAsync(key, token);

    /// <summary>The bytes in two pieces, as a pipe or a serializer has them.</summary>
    private static ReadOnlySequence<byte> Pieces(byte[] value)
    {
        if (value is null || value.Length < 2)
        {
            return new ReadOnlySequence<byte>(value!);
        }

        var first = new Piece(value.AsMemory(0, value.Length / 2), null);
        var last = new Piece(value.AsMemory(value.Length / 2), first);
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Bytes() : Way("bytes", takesToken: false)
    {
        public override Task<byte[]?> GetAsync(IDistributedCache cache, string key, CancellationToken token) =>
            Task.FromResult(cache.Get(key));

        public override Task SetAsync(
            IDistributedCache cache,
            string key,
            byte[] value,
            DistributedCacheEntryOptions options,
            CancellationToken token
        )
        {
            cache.Set(key, value, options);
            return Task.CompletedTask;
        }

        public override Task RefreshAsync(IDistributedCache cache, string key, CancellationToken token)
        {
            cache.Refresh(key);
            return Task.CompletedTask;
        }

        public override Task RemoveAsync(IDistributedCache cache, string key, CancellationToken token)
        {
            cache.Remove(key);
            return Task.CompletedTask;
        }
    }

    private sealed class BytesAsync() : Way("bytes, async", takesToken: true)
    {
        public override Task<byte[]?> GetAsync(IDistributedCache cache, string key, CancellationToken token) =>
            cache.GetAsync(key, token);

        public override Task SetAsync(
            IDistributedCache cache,
            string key,
            byte[] value,
            DistributedCacheEntryOptions options,
            CancellationToken token
        ) => cache.SetAsync(key, value, options, token);
    }

    private sealed class Buffers() : Way("buffers", takesToken: false)
    {
        public override Task<byte[]?> GetAsync(IDistributedCache cache, string key, CancellationToken token)
        {
            var buffer = new ArrayBufferWriter<byte>();
            var isThere = ((IBufferDistributedCache)cache).TryGet(key, buffer);
            return Task.FromResult(isThere ? buffer.WrittenSpan.ToArray() : null);
        }

        public override Task SetAsync(
            IDistributedCache cache,
            string key,
            byte[] value,
            DistributedCacheEntryOptions options,
            CancellationToken token
        )
        {
            ((IBufferDistributedCache)cache).Set(key, Pieces(value), options);
            return Task.CompletedTask;
        }
    }

    private sealed class BuffersAsync() : Way("buffers, async", takesToken: true)
    {
        public override async Task<byte[]?> GetAsync(IDistributedCache cache, string key, CancellationToken token)
        {
            var buffer = new ArrayBufferWriter<byte>();
            var isThere = await ((IBufferDistributedCache)cache).TryGetAsync(key, buffer, token);
            return isThere ? buffer.WrittenSpan.ToArray() : null;
        }

        public override Task SetAsync(
            IDistributedCache cache,
            string key,
            byte[] value,
            DistributedCacheEntryOptions options,
            CancellationToken token
        ) => ((IBufferDistributedCache)cache).SetAsync(key, Pieces(value), options, token).AsTask();
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, Piece? before)
        {
            Memory = memory;
            if (before is not null)
            {
                RunningIndex = before.Memory.Length;
                before.Next = this;
            }
        }
    }
}
