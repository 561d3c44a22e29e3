using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace PerfKit.Streaming.Internal;

/// <summary>The bytes of one answer: all, some, or several parts of a representation.</summary>
/// <param name="reader">Where they come from.</param>
/// <param name="range">Which, unless there are parts.</param>
/// <param name="parts">The parts of a multipart body, or null.</param>
/// <param name="place">The request's memory.</param>
internal readonly struct ContentBody(ContentReader reader, ByteRange range, MultipartRanges? parts, TransferPlace place)
{
    /// <summary>Most bytes that are read twice, once to hash them.</summary>
    public const int MaxHashedFirstBytes = 1 << 20;

    /// <summary>Whether hashing before sending is cheap.</summary>
    public bool IsSmall => (parts?.Length ?? range.Length) <= MaxHashedFirstBytes;

    /// <summary>The hash of the bytes; costs reading them once more, in one block.</summary>
    public async ValueTask<ContentHash> HashAsync(CancellationToken cancellationToken)
    {
        using var hasher = new ContentHasher();
        var nowhere = PipeWriter.Create(Stream.Null).Through(new PipeSteps { Hasher = hasher });
        try
        {
            await WriteToAsync(nowhere, cancellationToken).ConfigureAwait(false);
            return hasher.Sha256;
        }
        finally
        {
            await nowhere.CompleteAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Sends all, or aborts the connection: what was promised is never ended short.</summary>
    public async ValueTask<bool> SendAsync(HttpContext context, PipeWriter destination)
    {
        try
        {
            var isPlain = parts is null && ReferenceEquals(destination, context.Response.BodyWriter);
            if (!isPlain)
            {
                LeastRate.AllowBlocks(context, parts?.Length ?? range.Length);
            }

            var sent = isPlain
                ? BodySender.SendAsync(context, reader, range.Offset, range.Length, place, context.RequestAborted)
                : WriteToAsync(destination, context.RequestAborted);
            if (await sent.ConfigureAwait(false))
            {
                return true;
            }

            DeliveryMetrics.Left();
            context.Abort();
            return false;
        }
        catch (Exception) when (!context.RequestAborted.IsCancellationRequested)
        {
            DeliveryMetrics.Failed();
            context.Abort(); // The length is promised: a clean end would pass a part off as the whole.
            throw;
        }
    }

    private ValueTask<bool> WriteToAsync(PipeWriter destination, CancellationToken cancellationToken) =>
        parts is null
            ? reader.WriteToAsync(destination, range.Offset, range.Length, place, cancellationToken)
            : parts.WriteToAsync(destination, reader, place, cancellationToken);
}
