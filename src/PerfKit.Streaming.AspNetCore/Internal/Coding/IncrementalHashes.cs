using System.Security.Cryptography;

namespace PerfKit.Streaming.Internal.Coding;

internal static class IncrementalHashes
{
    /// <summary>The SHA-256 of everything appended; begins anew.</summary>
    public static ContentHash TakeHash(this IncrementalHash hash)
    {
        Span<byte> sha256 = stackalloc byte[ContentHash.ByteLength];
        hash.GetHashAndReset(sha256);
        return new ContentHash(sha256);
    }
}
