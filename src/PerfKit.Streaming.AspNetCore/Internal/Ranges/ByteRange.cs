using System.Globalization;

namespace PerfKit.Streaming.Internal;

/// <summary>Some bytes of a representation.</summary>
internal readonly record struct ByteRange(long Offset, long Length)
{
    /// <summary>Behind the last byte.</summary>
    public long End => Offset + Length;

    /// <summary>The Content-Range field of these bytes.</summary>
    public string ContentRange(long completeLength) =>
        string.Create(CultureInfo.InvariantCulture, $"bytes {Offset}-{End - 1}/{completeLength}");
}
