namespace PerfKit.Streaming;

/// <summary>What an answer says of a content before a byte of it is read; usually one database row.</summary>
public sealed record ContentDescription
{
    /// <summary>Length in bytes, not negative.</summary>
    public required long Length { get; init; }

    /// <summary>
    /// The strong entity tag without its quotes: the same tag means the same bytes. A content hash is one. Visible ASCII
    /// without quotes.
    /// </summary>
    public required string ETag { get; init; }

    /// <summary>The media type, with parameters. Visible ASCII.</summary>
    public required string ContentType { get; init; }

    /// <summary>When the bytes last changed; sent in whole seconds, never later than the answer itself.</summary>
    public DateTimeOffset? LastModified { get; init; }

    /// <summary>
    /// The name to save under, any text: control characters, quotes and path separators are replaced, other letters are coded
    /// (RFC 8187).
    /// </summary>
    public string? FileName { get; init; }

    /// <summary>Whether a browser should save the content instead of showing it.</summary>
    public bool Attachment { get; init; }

    /// <summary>The Cache-Control field, if any. Visible ASCII.</summary>
    public string? CacheControl { get; init; }
}
