namespace PerfKit.Streaming.Internal.Coding;

/// <summary>What the index knows of a kept file.</summary>
/// <param name="Length">Coded bytes; 0 is the verdict that coding this content does not pay.</param>
/// <param name="Hash">SHA-256 of the coded bytes.</param>
/// <param name="IsProven">Made or checked by this process; else only its name and length are known.</param>
internal readonly record struct KeptVariant(long Length, ContentHash Hash, bool IsProven)
{
    /// <summary>"Coding this content does not pay", kept like a variant without bytes.</summary>
    public static readonly KeptVariant Verdict = new(0, ContentHash.Compute([]), IsProven: true);

    private const long DiskBlockBytes = 4096;

    public bool IsVerdict => Length == 0;

    /// <summary>Bytes on the disk, trailer and the rest of the last block included.</summary>
    public long DiskBytes =>
        (Length + VariantTrailer.ByteLength + DiskBlockBytes - 1) / DiskBlockBytes * DiskBlockBytes;
}
