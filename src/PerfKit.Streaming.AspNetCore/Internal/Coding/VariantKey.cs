namespace PerfKit.Streaming.Internal.Coding;

/// <summary>Which coding of which content; also the name of its file.</summary>
internal readonly record struct VariantKey(ContentHash Source, ContentCoding Coding)
{
    /// <summary><c>root/ab/abcdef....br</c>: one folder for each first byte.</summary>
    public string PathBelow(string root)
    {
        Span<char> source = stackalloc char[ContentHash.TextLength];
        Source.TryFormat(source, out _);
        return $"{root}{Path.DirectorySeparatorChar}{source[..2]}{Path.DirectorySeparatorChar}{source}.{Coding.Name()}";
    }

    public static bool TryParse(ReadOnlySpan<char> fileName, out VariantKey key)
    {
        key = default;
        if (
            fileName.Length <= ContentHash.TextLength
            || !ContentHash.TryParse(fileName[..ContentHash.TextLength], null, out var source)
        )
        {
            return false;
        }

        var coding = fileName[ContentHash.TextLength..] switch
        {
            ".br" => ContentCoding.Brotli,
            ".gzip" => ContentCoding.Gzip,
            _ => ContentCoding.Identity,
        };
        key = new VariantKey(source, coding);
        return coding != ContentCoding.Identity;
    }
}
