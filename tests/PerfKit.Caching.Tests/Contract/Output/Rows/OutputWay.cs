using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.OutputCaching;

namespace PerfKit.Caching.Tests.Contract.Output.Rows;

/// <summary>One of the ways to call an output cache store, which must do the same.</summary>
internal abstract class OutputWay(string name)
{
    public static OutputWay Bytes { get; } = new OfBytes();

    public static OutputWay Buffers { get; } = new OfBuffers();

    public string Name => name;

    public abstract Task<byte[]?> GetAsync(IOutputCacheStore store, string key);

    public abstract Task SetAsync(
        IOutputCacheStore store,
        string key,
        byte[] value,
        string[]? tags = null,
        TimeSpan? validFor = null
    );

    private sealed class OfBytes() : OutputWay("bytes")
    {
        public override async Task<byte[]?> GetAsync(IOutputCacheStore store, string key) =>
            await store.GetAsync(key, default);

        public override async Task SetAsync(
            IOutputCacheStore store,
            string key,
            byte[] value,
            string[]? tags,
            TimeSpan? validFor
        ) => await store.SetAsync(key, value, tags, validFor ?? TimeSpan.FromDays(1), default);
    }

    /// <summary>Bytes and tags are lent, as the middleware lends them, and written over as soon as the call is done.</summary>
    private sealed class OfBuffers() : OutputWay("buffers")
    {
        public override async Task<byte[]?> GetAsync(IOutputCacheStore store, string key)
        {
            var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
            if (!await ((IOutputCacheBufferStore)store).TryGetAsync(key, pipe.Writer, default))
            {
                return null;
            }

            await pipe.Writer.CompleteAsync();
            return (await pipe.Reader.ReadAsync()).Buffer.ToArray();
        }

        public override async Task SetAsync(
            IOutputCacheStore store,
            string key,
            byte[] value,
            string[]? tags,
            TimeSpan? validFor
        )
        {
            var lent = value.ToArray();
            string[] lentTags = [.. tags ?? [], "not one of them"];
            await ((IOutputCacheBufferStore)store).SetAsync(
                key,
                new ReadOnlySequence<byte>(lent),
                lentTags.AsMemory(0, lentTags.Length - 1),
                validFor ?? TimeSpan.FromDays(1),
                default
            );
            Array.Fill(lent, (byte)0xEE);
            Array.Fill(lentTags, "written over");
        }
    }
}
