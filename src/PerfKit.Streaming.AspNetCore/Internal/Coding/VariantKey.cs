namespace PerfKit.Streaming.Internal.Coding;

/// <summary>Which coding of which content; also the name of its file.</summary>
internal readonly record struct VariantKey(ContentHash Source, ContentCoding Coding)
{
    /// <summary><c>ab/abcdef....br</c>, from the folder's root.</summary>
    public string RelativePath
    {
        get
        {
            var source = Source.ToString();
            return Path.Combine(source[..2], $"{source}.{Coding.Name()}");
        }
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
