using System.IO.Pipelines;
using PerfKit.Caching;
using PerfKit.Streaming;

namespace FileService.Files;

/// <summary>
/// A content that was not in the cache when it was opened: sent while the cache fills itself from its storage. The storage's
/// reader is the fill's from the moment one begins, since a fill outlives the response that began it.
/// </summary>
internal sealed class FillingContentReader(
    IContentCache cache,
    ContentKey key,
    ContentReader stored,
    Func<CancellationToken, ValueTask<ContentReader>> reopen
) : ContentReader
{
    private ContentReader? _stored = stored;
    private ContentReader? _whole; // What reads at any offset use, once the fill has ended.

    public override long Length { get; } = stored.Length;

    public override async ValueTask<bool> WriteToAsync(
        PipeWriter destination,
        long offset,
        long length,
        TransferPlace? place = null,
        CancellationToken cancellationToken = default
    )
    {
        var result = await cache.WriteToAsync(
            key,
            Length,
            offset,
            length,
            destination,
            this,
            static (reader, token) => reader.OpenPipeAsync(token),
            cancellationToken
        );
        return !result.ReaderLeft;
    }

    public override async ValueTask<int> ReadAsync(
        long offset,
        Memory<byte> buffer,
        CancellationToken cancellationToken = default
    )
    {
        if (_whole is null)
        {
            var opened = await OpenWholeAsync(cancellationToken);
            if (Interlocked.CompareExchange(ref _whole, opened, null) is not null)
            {
                await opened.DisposeAsync();
            }
        }

        return await _whole.ReadAsync(offset, buffer, cancellationToken);
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (
            var reader in new[] { Interlocked.Exchange(ref _stored, null), Interlocked.Exchange(ref _whole, null) }
        )
        {
            if (reader is not null)
            {
                await reader.DisposeAsync();
            }
        }
    }

    /// <summary>Has the cache filled, by a range of nothing that touches the end; then reads there, or else from the storage.</summary>
    private async ValueTask<ContentReader> OpenWholeAsync(CancellationToken cancellationToken)
    {
        await WriteToAsync(PipeWriter.Create(Stream.Null), Length, 0, cancellationToken: cancellationToken);
        return cache.TryGet(key, out var lease)
            ? ContentReader.FromMemory(lease.Content, lease)
            : await TakeStoredAsync(cancellationToken);
    }

    private async ValueTask<PipeReader> OpenPipeAsync(CancellationToken cancellationToken)
    {
        var reader = await TakeStoredAsync(cancellationToken);
        return PipeReader.Create(reader.AsStream(), new StreamPipeReaderOptions(bufferSize: 64 * 1024));
    }

    private async ValueTask<ContentReader> TakeStoredAsync(CancellationToken cancellationToken) =>
        Interlocked.Exchange(ref _stored, null) ?? await reopen(cancellationToken);
}
