namespace PerfKit.Streaming.Internal;

/// <summary>Some bytes of a representation, never none.</summary>
internal readonly record struct ByteRange(long Offset, long Length)
{
    /// <summary>Behind the last byte.</summary>
    public long End => Offset + Length;
}
