namespace PerfKit.Streaming.Internal;

/// <summary>Tells a full disk or quota from other I/O errors, and beforehand where it can.</summary>
internal static class DiskSpace
{
    private const long LeastBytesAsked = 1 << 20; // Below, asking costs more than failing late.

    // Unix puts errno into HResult: ENOSPC, EFBIG, EDQUOT (macOS, Linux). Windows: handle disk full, disk full.
    private static readonly int[] UnixErrors = [28, 27, OperatingSystem.IsMacOS() ? 69 : 122];
    private static readonly int[] WindowsErrors = [unchecked((int)0x80070027), unchecked((int)0x80070070)];

    /// <summary>
    /// Refuses what cannot fit. Nothing is reserved: whoever announces a large body could otherwise fill the disk with nothing.
    /// </summary>
    public static void Demand(string root, long length)
    {
        if (
            length < LeastBytesAsked
            || (OperatingSystem.IsWindows() && root.StartsWith(@"\\", StringComparison.Ordinal))
        )
        {
            return; // A share does not tell its space by path.
        }

        var free = new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(root)! : root).AvailableFreeSpace;
        if (length > free)
        {
            throw new ContentStoreFullException(
                $"The content store {root} was asked for {length} bytes; its disk has room for {free}."
            );
        }
    }

    public static bool IsFull(IOException e) =>
        e is not ContentStoreFullException
        && (OperatingSystem.IsWindows() ? WindowsErrors : UnixErrors).Contains(e.HResult);

    public static ContentStoreFullException Explain(string root, IOException e) =>
        new($"The disk of the content store {root} is full: {e.Message}", e);
}
