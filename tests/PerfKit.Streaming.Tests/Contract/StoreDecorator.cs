using System.IO.Pipelines;

namespace PerfKit.Streaming.Tests.Contract;

/// <summary>A store that does what another does, unless a derived one says otherwise.</summary>
internal class StoreDecorator(IContentStore inner) : IContentStore
{
    protected IContentStore Inner => inner;

    public virtual ValueTask<ContentInfo?> GetInfoAsync(ContentHash hash, CancellationToken ct) =>
        inner.GetInfoAsync(hash, ct);

    public virtual ValueTask<ContentReader?> OpenReadAsync(ContentHash hash, CancellationToken ct) =>
        inner.OpenReadAsync(hash, ct);

    public virtual ValueTask<ContentWriter> CreateWriterAsync(long? length, CancellationToken ct) =>
        inner.CreateWriterAsync(length, ct);

    public virtual IAsyncEnumerable<ContentInfo> ListAsync(string prefix, ContentHash? after, CancellationToken ct) =>
        inner.ListAsync(prefix, after, ct);

    public virtual ValueTask<bool> DeleteAsync(ContentHash hash, DateTimeOffset? since, CancellationToken ct) =>
        inner.DeleteAsync(hash, since, ct);
}

/// <summary>A reader that does what another does, unless a derived one says otherwise.</summary>
internal class ReaderDecorator(ContentReader inner) : ContentReader
{
    public override long Length => inner.Length;

    protected ContentReader Inner => inner;

    public override ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken ct = default) =>
        inner.ReadAsync(offset, buffer, ct);

    public override ValueTask DisposeAsync() => inner.DisposeAsync();
}
