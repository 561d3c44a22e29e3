using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace PerfKit.Streaming.Internal;

/// <summary>Reads a multipart form (RFC 7578, RFC 2046) part by part from the request's pipe, copying the parts' heads alone.</summary>
internal sealed class FormReader(RequestBody body, string boundary)
{
    private const int MaxHeadBytes = 16 * 1024;

    private readonly byte[] _delimiter = Encoding.ASCII.GetBytes("\r\n--" + boundary);
    private PartBody? _part;

    /// <summary>The next part, or null behind the last. What the caller left unread of the part before is passed over.</summary>
    public async ValueTask<UploadPart?> NextAsync(CancellationToken cancellationToken)
    {
        if (_part is null)
        {
            await FindFirstAsync(cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await _part.SkipAsync(cancellationToken).ConfigureAwait(false);
        }

        var head = await ReadHeadAsync(cancellationToken).ConfigureAwait(false);
        if (head is null)
        {
            return null;
        }

        _part = new PartBody(body, _delimiter);
        return PartHead.Parse(head, _part);
    }

    /// <summary>Passes over the preamble; the first delimiter may lack the line's end before it.</summary>
    private async ValueTask FindFirstAsync(CancellationToken cancellationToken)
    {
        var dashes = _delimiter.AsMemory(2);
        while (true)
        {
            var result = await body.ReadAsync(cancellationToken).ConfigureAwait(false);
            var bytes = result.Buffer;
            var atStart = bytes.Length >= dashes.Length && StartsWith(bytes, dashes.Span);
            var found = atStart ? 0 : SequenceSearch.IndexOf(bytes, _delimiter);
            if (found >= 0)
            {
                body.AdvanceTo(bytes.GetPosition(found + (atStart ? dashes.Length : _delimiter.Length)));
                return;
            }

            const string fault = "its boundary is not in the first 16 KB";
            DemandMore(result, fault, atEnd: Malformed(fault));
        }
    }

    /// <summary>The part's fields, each line ended; null behind the last delimiter.</summary>
    private async ValueTask<string?> ReadHeadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await body.ReadAsync(cancellationToken).ConfigureAwait(false);
            var bytes = result.Buffer;
            if (StartsWith(bytes, "--"u8))
            {
                body.AdvanceTo(bytes.GetPosition(2));
                return null;
            }

            var end = SequenceSearch.IndexOf(bytes, "\r\n\r\n"u8);
            if (end is >= 0 and <= MaxHeadBytes)
            {
                var head = Encoding.UTF8.GetString(bytes.Slice(0, end));
                body.AdvanceTo(bytes.GetPosition(end + 4)); // A part without bytes ends in the delimiter's own CR LF, which follows.
                return head;
            }

            DemandMore(
                result,
                "the head of a part is longer than 16 KB",
                atEnd: new ContentTruncatedException(null, body.Received)
            );
        }
    }

    private void DemandMore(ReadResult result, string fault, Exception atEnd)
    {
        body.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        if (result.IsCanceled)
        {
            throw new OperationCanceledException("The pending read of the form was cancelled.");
        }

        if (result.Buffer.Length > MaxHeadBytes)
        {
            throw Malformed(fault);
        }

        if (result.IsCompleted)
        {
            throw atEnd;
        }
    }

    internal static ContentUploadException Malformed(string fault) =>
        new(StatusCodes.Status400BadRequest, "form-malformed", $"The form is malformed: {fault}.");

    private static bool StartsWith(in ReadOnlySequence<byte> bytes, ReadOnlySpan<byte> start)
    {
        if (bytes.Length < start.Length)
        {
            return false;
        }

        Span<byte> copy = stackalloc byte[SequenceSearch.MaxNeedleBytes];
        bytes.Slice(0, start.Length).CopyTo(copy);
        return copy[..start.Length].SequenceEqual(start);
    }
}
