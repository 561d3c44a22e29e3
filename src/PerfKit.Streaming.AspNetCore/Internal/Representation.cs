namespace PerfKit.Streaming.Internal;

/// <summary>
/// What was chosen to be sent in one answer: the content itself or a coded form of it, with the validators, length and
/// digest that are its own. Conditions, ranges and fields are judged by this alone.
/// </summary>
internal sealed class Representation(ContentSource source) : IAsyncDisposable
{
    private ContentReader? _reader;

    /// <summary>The entity tag as its field says it, quotes included; null when the content has none.</summary>
    public string? ETag { get; init; }

    /// <summary>Bytes as sent, after coding; null when only the end will tell, and then there are no ranges.</summary>
    public long? Length { get; init; }

    /// <summary>SHA-256 of the bytes as sent, when known, or once it was computed.</summary>
    public ContentHash? Sha256 { get; set; }

    /// <summary>When the content changed, as its source says: any fraction, perhaps in the future.</summary>
    public DateTimeOffset? LastModified { get; init; }

    /// <summary>The Content-Encoding field; null for the content itself.</summary>
    public string? ContentEncoding { get; init; }

    /// <summary>
    /// Whether Accept-Encoding had a say, also when the content itself was chosen: Vary then names it.
    /// </summary>
    public bool VariesByEncoding { get; set; }

    /// <summary>Whether any part can be read; a pipe has only a whole.</summary>
    public bool HasRanges => Length is not null && source.HasRanges;

    /// <summary>A reader that was opened on the way to this choice, so that it is not opened twice.</summary>
    public ContentReader? Opened
    {
        init => _reader = value;
    }

    /// <summary>
    /// The bytes, opened at most once; null when the source has lost them. This object disposes the reader.
    /// </summary>
    public async ValueTask<ContentReader?> OpenAsync(CancellationToken cancellationToken) =>
        _reader ??= await source.OpenAsync(cancellationToken).ConfigureAwait(false);

    public ValueTask DisposeAsync()
    {
        var reader = _reader;
        _reader = null;
        return reader?.DisposeAsync() ?? default;
    }
}
