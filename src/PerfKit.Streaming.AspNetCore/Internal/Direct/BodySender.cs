using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Win32.SafeHandles;

namespace PerfKit.Streaming.Internal;

/// <summary>Sends the body of an answer whose length is promised: from the file itself where that can be, else in blocks.</summary>
internal static class BodySender
{
    /// <summary>Bodies up to this size cost less read into the block that holds the header and sent with it in one call.</summary>
    private const int SmallBytes = 64 * 1024;

    /// <returns>True when all bytes were handed over; false when the reader has left.</returns>
    /// <exception cref="EndOfStreamException">The content ends before the range does.</exception>
    public static async ValueTask<bool> SendAsync(
        HttpContext context,
        ContentReader reader,
        long offset,
        long length,
        TransferPlace? place,
        CancellationToken cancellationToken
    )
    {
        var feature = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        feature = feature is FileSendingBody sending ? sending.Inner : feature;
        var output = DirectConnection.Find(context, feature);

        // With the header written, Kestrel lends the output's own memory instead of memory to copy from.
        await feature.StartAsync(cancellationToken).ConfigureAwait(false);
        var body = feature.Writer;
        if (
            output is not null
            && length > SmallBytes
            && context.Response.ContentLength is not null
            && reader.File is { } file
            && output.WasLent(body.GetMemory(1))
        )
        {
            return await SendFileAsync(context, body, output, file, offset, length, cancellationToken)
                .ConfigureAwait(false);
        }

        LeastRate.AllowBlocks(context, length);
        return await reader.WriteToAsync(body, offset, length, place, cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask<bool> SendFileAsync(
        HttpContext context,
        PipeWriter body,
        DirectOutput output,
        SafeFileHandle file,
        long offset,
        long length,
        CancellationToken cancellationToken
    )
    {
        var pace = new ReaderPace(context, output);
        await using var _ = pace.ConfigureAwait(false);
        output.BeginFile(file, offset, length);
        try
        {
            while (length > 0)
            {
                var bytes = (int)Math.Min(length, DirectOutput.MostFileBytes);
                if (!DirectOutput.IsOfFile(body.GetMemory(bytes)))
                {
                    return false; // The connection was aborted: what is lent now leads nowhere.
                }

                body.Advance(bytes);
                var flush = body.FlushAsync(cancellationToken);
                pace.Watch(flush.IsCompleted);
                var result = await flush.ConfigureAwait(false);
                if (output.FileFault is { } fault)
                {
                    throw fault;
                }

                if (result.IsCompleted || result.IsCanceled)
                {
                    return false;
                }

                length -= bytes;
            }

            return true;
        }
        finally
        {
            output.EndFile();
        }
    }
}
