namespace PerfKit.Streaming.Internal;

/// <summary>Tells a full disk or quota from other I/O errors.</summary>
internal static class DiskFull
{
    // Unix puts errno into HResult: ENOSPC, EFBIG, EDQUOT (Linux), EDQUOT (macOS). Windows: handle disk full, disk full.
    private static readonly int[] UnixErrors = [28, 27, OperatingSystem.IsMacOS() ? 69 : 122];
    private static readonly int[] WindowsErrors = [unchecked((int)0x80070027), unchecked((int)0x80070070)];

    public static bool Caused(IOException e) =>
        e is not ContentStoreFullException
        && (OperatingSystem.IsWindows() ? WindowsErrors : UnixErrors).Contains(e.HResult);

    public static ContentStoreFullException Explain(string root, IOException e) =>
        new($"The disk of the content store {root} is full: {e.Message}", e);
}
