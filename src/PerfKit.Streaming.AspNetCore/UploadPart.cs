using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace PerfKit.Streaming;

/// <summary>One part of a form: a file or a field. Good until the next part is asked for.</summary>
public sealed class UploadPart
{
    internal UploadPart(string name, string? fileName, string? contentType, PipeReader body)
    {
        Name = name;
        FileName = fileName;
        ContentType = contentType;
        Body = body;
    }

    /// <summary>The name of the form's field, any text.</summary>
    public string Name { get; }

    /// <summary>
    /// The name of the file, or null for a plain field. It leads out of no folder: without path, controls and characters that
    /// Windows forbids; at most 255 characters, never empty. Still the client's word: two parts may have the same, and Windows
    /// knows devices by names such as CON.
    /// </summary>
    public string? FileName { get; }

    /// <summary>The media type as the client says it, unchecked, or null.</summary>
    public string? ContentType { get; }

    /// <summary>
    /// The bytes, as the server's pipe holds them: <see cref="ContentCopy.CopyToAsync"/> writes them to a store with no copy. What is
    /// not read is passed over. It throws <see cref="ContentTruncatedException"/> when the form ends in the middle.
    /// </summary>
    public PipeReader Body { get; }

    /// <summary>Reads the bytes as UTF-8 text.</summary>
    /// <param name="maxBytes">Most bytes to hold.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <exception cref="ContentUploadException">The field is longer, <c>form-field-too-long</c>; answer 413.</exception>
    public async ValueTask<string> ReadTextAsync(int maxBytes, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        var text = new ArrayBufferWriter<byte>();
        while (true)
        {
            var result = await Body.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (text.WrittenCount + result.Buffer.Length > maxBytes)
            {
                Body.AdvanceTo(result.Buffer.End);
                throw new ContentUploadException(
                    StatusCodes.Status413PayloadTooLarge,
                    "form-field-too-long",
                    $"The form's field '{Name}' is longer than the {maxBytes} bytes allowed here."
                );
            }

            foreach (var segment in result.Buffer)
            {
                text.Write(segment.Span);
            }

            Body.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                return Encoding.UTF8.GetString(text.WrittenSpan);
            }
        }
    }
}
