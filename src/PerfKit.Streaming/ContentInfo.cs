namespace PerfKit.Streaming;

/// <summary>What a store knows of a content.</summary>
/// <param name="Hash">SHA-256 of the bytes, the content's address.</param>
/// <param name="Length">Length in bytes.</param>
public sealed record ContentInfo(ContentHash Hash, long Length);
