namespace PerfKit.Streaming;

/// <summary>What an answer says of a content before a byte of it is read; usually one database row.</summary>
public sealed record ContentDescription
{
    /// <summary>
    /// Length in bytes, not negative. Null when it is not known before the content is opened: 304 and HEAD then open it
    /// too. A content that should have a length and is missing is damage (500); one without is merely not there (404).
    /// </summary>
    public long? Length { get; init; }

    /// <summary>
    /// SHA-256 of the bytes, when known: gives the entity tag where <see cref="ETag"/> does not, and the digest fields.
    /// </summary>
    public ContentHash? Sha256 { get; init; }

    /// <summary>
    /// The strong entity tag without its quotes: the same tag means the same bytes. Null takes the 64 hex digits of
    /// <see cref="Sha256"/>, or what a file tells of itself. Visible ASCII without quotes.
    /// </summary>
    public string? ETag { get; init; }

    /// <summary>The media type, with parameters. Visible ASCII.</summary>
    public required string ContentType { get; init; }

    /// <summary>When the bytes last changed; sent in whole seconds, never later than the answer itself.</summary>
    public DateTimeOffset? LastModified { get; init; }

    /// <summary>
    /// The name to save under, any text: control characters, quotes and path separators are replaced, other letters are
    /// coded (RFC 8187).
    /// </summary>
    public string? FileName { get; init; }

    /// <summary>Whether a browser should save the content instead of showing it.</summary>
    public bool Attachment { get; init; }

    /// <summary>The Cache-Control field of 200, 206 and 304, if any. Visible ASCII.</summary>
    public string? CacheControl { get; init; }

    /// <summary>
    /// Where br and gzip forms of the content are kept, when it may be coded; needs <see cref="Sha256"/>. Leave it null for what
    /// mixes a secret with text of somebody else (BREACH). The content may then be opened once more behind the answer, with a token of
    /// its own: the opening must not depend on the request.
    /// </summary>
    public CodedContents? Codings { get; init; }
}
