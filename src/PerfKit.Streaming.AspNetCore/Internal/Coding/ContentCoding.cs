namespace PerfKit.Streaming.Internal.Coding;

/// <summary>The codings that are made, and none.</summary>
internal enum ContentCoding : byte
{
    Identity,
    Brotli,
    Gzip,
}

internal static class ContentCodings
{
    /// <summary>The name in Content-Encoding, in tags and of kept files.</summary>
    public static string Name(this ContentCoding coding) =>
        coding switch
        {
            ContentCoding.Brotli => "br",
            ContentCoding.Gzip => "gzip",
            _ => "identity",
        };
}
