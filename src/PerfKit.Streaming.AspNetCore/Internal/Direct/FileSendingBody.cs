using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace PerfKit.Streaming.Internal;

/// <summary>A response's body whose files are sent as contents are; all else is the inner one's.</summary>
internal sealed class FileSendingBody(HttpContext context, IHttpResponseBodyFeature inner) : IHttpResponseBodyFeature
{
    public IHttpResponseBodyFeature Inner => inner;

    public Stream Stream => inner.Stream;

    public PipeWriter Writer => inner.Writer;

    public void DisableBuffering() => inner.DisableBuffering();

    public Task StartAsync(CancellationToken cancellationToken = default) => inner.StartAsync(cancellationToken);

    public Task CompleteAsync() => inner.CompleteAsync();

    /// <summary>
    /// Sends a part of a file, which was described before; without a place in the transfer memory the answer is 503 instead.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is no place, and the answer has begun.</exception>
    public async Task SendFileAsync(
        string path,
        long offset,
        long? count,
        CancellationToken cancellationToken = default
    )
    {
        var reader = ContentReader.FromFile(File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete));
        await using var _ = reader.ConfigureAwait(false);
        var length = count ?? reader.Length - offset;
        if (offset < 0 || length < 0 || offset > reader.Length || length > reader.Length - offset)
        {
            throw new ArgumentOutOfRangeException(
                nameof(offset),
                offset,
                $"The part at {offset} of {length} bytes is not in the file of {reader.Length}."
            );
        }

        var memory = context.RequestServices?.GetService<TransferMemory>() ?? TransferMemory.Shared;
        if (!memory.TryReserve(out var place))
        {
            context.Response.Clear(); // Throws when the answer has begun.
            await Refusals.BusyAsync(context).ConfigureAwait(false);
            return;
        }

        using var reserved = place;
        var body = new ContentBody(reader, new ByteRange(offset, length), parts: null, place);
        await body.SendAsync(context, inner.Writer).ConfigureAwait(false);
    }
}
