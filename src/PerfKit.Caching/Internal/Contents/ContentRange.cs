namespace PerfKit.Caching.Internal.Contents;

/// <summary>A range that lies within a content.</summary>
internal readonly record struct ContentRange(long Offset, long End)
{
    public long Bytes => End - Offset;

    /// <exception cref="ArgumentOutOfRangeException">The range lies outside.</exception>
    public static ContentRange Of(long length, long offset, long? count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, length);
        var bytes = count ?? length - offset;
        ArgumentOutOfRangeException.ThrowIfNegative(bytes, nameof(count));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, length - offset, nameof(count));
        return new ContentRange(offset, offset + bytes);
    }
}
