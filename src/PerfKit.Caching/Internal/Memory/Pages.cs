using System.Runtime.InteropServices;

namespace PerfKit.Caching.Internal.Memory;

/// <summary>
/// Gives the pages of a pinned array back to the system while the array stays: they read as zero when touched again.
/// Linux alone promises that; elsewhere the array has to be dropped.
/// </summary>
internal static class Pages
{
    private const int DontNeed = 4; // MADV_DONTNEED of madvise(2)

    private static readonly bool IsPossible = OperatingSystem.IsLinux();

    public static bool TryDiscard(byte[] pinned)
    {
        if (!IsPossible)
        {
            return false;
        }

        var page = (nint)Environment.SystemPageSize;
        var start = Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0);
        var first = (start + page - 1) / page * page; // Whole pages inside: what shares a page with them is untouched.
        var end = (start + pinned.Length) / page * page;
        return end > first && Advise(first, (nuint)(end - first), DontNeed) == 0;
    }

    [DllImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Advise(nint address, nuint length, int advice);
}
