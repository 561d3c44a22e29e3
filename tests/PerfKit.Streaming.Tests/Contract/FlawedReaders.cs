using System.IO.Pipelines;

namespace PerfKit.Streaming.Tests.Contract;

/// <summary>A store whose readers are wrapped.</summary>
internal sealed class FlawedReaders(Func<IContentStore, ContentHash, ContentReader, ContentReader> wrap)
    : StoreDecorator(new MemoryContentStore())
{
    public override async ValueTask<ContentReader?> OpenReadAsync(ContentHash hash, CancellationToken ct) =>
        await base.OpenReadAsync(hash, ct) is { } reader ? wrap(Inner, hash, reader) : null;
}

internal sealed class OtherBytesReader(ContentReader inner) : ReaderDecorator(inner)
{
    public override async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken ct = default)
    {
        var read = await base.ReadAsync(offset, buffer, ct);
        buffer.Span[0] ^= 1;
        return read;
    }
}

internal sealed class WrappingAroundReader(ContentReader inner) : ReaderDecorator(inner)
{
    public override ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken ct = default) =>
        base.ReadAsync(offset % Math.Max(1, Length), buffer, ct);
}

internal sealed class SharedPositionReader(ContentReader inner) : ReaderDecorator(inner)
{
    private long _position;

    public override async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken ct = default)
    {
        _position = offset;
        await Task.Yield();
        return await base.ReadAsync(_position, buffer, ct);
    }
}

internal sealed class ShortCopyReader(ContentReader inner) : ReaderDecorator(inner)
{
    public override ValueTask<bool> WriteToAsync(
        PipeWriter destination,
        long offset,
        long length,
        TransferPlace? place = null,
        CancellationToken ct = default
    ) => base.WriteToAsync(destination, offset, Math.Max(0, length - 1), place, ct);
}

/// <summary>Opens the content anew for each read.</summary>
internal sealed class ReopeningReader(IContentStore store, ContentHash hash, ContentReader inner)
    : ReaderDecorator(inner)
{
    public override async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken ct = default)
    {
        await using var again = await store.OpenReadAsync(hash, ct);
        return again is null ? 0 : await again.ReadAsync(offset, buffer, ct);
    }
}
