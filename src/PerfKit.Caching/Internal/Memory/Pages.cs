using System.Runtime.InteropServices;

namespace PerfKit.Caching.Internal.Memory;

/// <summary>
/// Gives pages of a pinned array back to the system while the array stays: they read as zero when touched again. Linux alone
/// promises that; elsewhere an array has to be dropped as a whole.
/// </summary>
internal static class Pages
{
    private const int DontNeed = 4; // MADV_DONTNEED of madvise(2)

    public static readonly bool CanDiscard = OperatingSystem.IsLinux();

    /// <summary>Bytes to leave out at the start of a pinned array so that what follows begins with a page.</summary>
    public static int Misalignment(byte[] pinned) =>
        (int)(-Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0) & (Environment.SystemPageSize - 1));

    /// <summary>Whole pages only: what shares a page with something else is untouched.</summary>
    public static bool TryDiscard(byte[] pinned, int offset, int length)
    {
        var page = (nint)Environment.SystemPageSize;
        var start = Marshal.UnsafeAddrOfPinnedArrayElement(pinned, offset);
        var first = (start + page - 1) / page * page;
        var end = (start + length) / page * page;
        return end > first && Advise(first, (nuint)(end - first), DontNeed) == 0;
    }

    [DllImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Advise(nint address, nuint length, int advice);
}
