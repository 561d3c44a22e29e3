using System.Buffers;
using System.IO.Pipelines;
using static System.FormattableString;

namespace PerfKit.Caching.Internal.Contents;

/// <summary>A pipe that promised a content of one length, held to the promise. Completed by <see cref="DisposeAsync"/>.</summary>
internal sealed class ContentSource(PipeReader reader, long length) : IAsyncDisposable
{
    private long _position;

    /// <summary>Copies everything into a content, telling the fill how far it is.</summary>
    public async ValueTask FillAsync(ContentFill fill, Content content)
    {
        while (await NextAsync(fill.Token).ConfigureAwait(false) is { } bytes)
        {
            var at = _position;
            foreach (var part in bytes)
            {
                content.Write(at, part.Span);
                at += part.Length;
            }

            var count = bytes.Length;
            Took(bytes);
            fill.Advance(count);
        }
    }

    /// <summary>Copies what is left of a range into a pipe and keeps nothing; stops behind it unless it touches the end.</summary>
    public async ValueTask PassAsync(ContentRange range, ContentDelivery delivery, CancellationToken cancellationToken)
    {
        var isToTheEnd = range.End == length;
        while (
            (isToTheEnd || _position < range.End)
            && await NextAsync(cancellationToken).ConfigureAwait(false) is { } bytes
        )
        {
            var from = Math.Clamp(range.Offset - _position, 0, bytes.Length);
            var to = Math.Clamp(range.End - _position, from, bytes.Length);
            if (!await delivery.WriteAsync(bytes.Slice(from, to - from), cancellationToken).ConfigureAwait(false))
            {
                return;
            }

            Took(bytes);
        }
    }

    public ValueTask DisposeAsync() => reader.CompleteAsync();

    /// <summary>The next bytes; null when the source ended where it had to.</summary>
    private async ValueTask<ReadOnlySequence<byte>?> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (read.IsCanceled)
            {
                throw new OperationCanceledException("The content's source was cancelled.");
            }

            if (read.Buffer.Length > length - _position)
            {
                throw new InvalidDataException(Invariant($"The source gave more than the declared {length} bytes."));
            }

            if (!read.Buffer.IsEmpty)
            {
                return read.Buffer;
            }

            if (!read.IsCompleted)
            {
                reader.AdvanceTo(read.Buffer.End);
                continue;
            }

            return _position == length
                ? null
                : throw new EndOfStreamException(
                    Invariant($"The source ended after {_position} of the declared {length} bytes.")
                );
        }
    }

    private void Took(ReadOnlySequence<byte> bytes)
    {
        _position += bytes.Length;
        reader.AdvanceTo(bytes.End);
    }
}
