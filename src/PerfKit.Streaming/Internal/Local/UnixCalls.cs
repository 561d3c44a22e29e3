using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PerfKit.Streaming.Internal;

/// <summary>
/// The few calls .NET has no name for: opening without following links, renaming and unlinking relative to an open folder,
/// and locking a folder.
/// Flags as in fcntl.h of Linux (x64, Arm64) and macOS.
/// </summary>
internal static partial class UnixCalls
{
    private const int NotFound = 2; // ENOENT
    private const int Interrupted = 4; // EINTR
    private const int NoDeviceBehind = 6; // ENXIO: a socket
    private const int NotAFolder = 20; // ENOTDIR
    private const int Exclusive = 2; // LOCK_EX
    private const int Release = 8; // LOCK_UN

    private static readonly bool IsMac = OperatingSystem.IsMacOS();
    private static readonly bool IsArm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
    private static readonly int NonBlocking = IsMac ? 0x4 : 0x800; // Opening a FIFO must not wait for its writer.
    private static readonly int NoFollow =
        IsMac ? 0x100
        : IsArm ? 0x8000
        : 0x20000;
    private static readonly int FolderOnly =
        IsMac ? 0x100000
        : IsArm ? 0x4000
        : 0x10000;
    private static readonly int CloseOnExec = IsMac ? 0x1000000 : 0x80000;
    private static readonly int TooManyLinks = IsMac ? 62 : 40; // ELOOP: the name is a link
    private static readonly int WorkingFolder = IsMac ? -2 : -100; // AT_FDCWD

    /// <summary>Whether the constants here hold on this system.</summary>
    public static bool Supported { get; } =
        (OperatingSystem.IsLinux() || IsMac)
        && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    private static readonly bool HasStatx =
        Supported
        && OperatingSystem.IsLinux()
        && NativeLibrary.TryLoad("libc", typeof(UnixCalls).Assembly, null, out var library)
        && NativeLibrary.TryGetExport(library, "statx", out _);

    /// <summary>Opens a folder; null when there is none or, unless followed, it is a link.</summary>
    public static SafeFileHandle? OpenFolder(string path, bool followLink)
    {
        var flags = FolderOnly | CloseOnExec | (followLink ? 0 : NoFollow);
        while (true)
        {
            var descriptor = Open(path, flags);
            if (descriptor >= 0)
            {
                return new SafeFileHandle(descriptor, ownsHandle: true);
            }

            if (!Again("open", path, absent: IsAbsent))
            {
                return null;
            }
        }
    }

    /// <summary>Opens a file for reading; null when there is none or it is a link.</summary>
    public static SafeFileHandle? OpenFile(SafeFileHandle folder, string name, string folderPath)
    {
        while (true)
        {
            var descriptor = OpenAt(folder, name, NoFollow | NonBlocking | CloseOnExec);
            if (descriptor >= 0)
            {
                return new SafeFileHandle(descriptor, ownsHandle: true);
            }

            if (!Again("open", Path.Combine(folderPath, name), absent: IsAbsent))
            {
                return null;
            }
        }
    }

    /// <summary>Renames a file to a name in a folder, replacing what has that name.</summary>
    public static void Rename(string source, SafeFileHandle folder, string name, string folderPath)
    {
        while (RenameAt(WorkingFolder, source, folder, name) != 0)
        {
            Again("rename to", Path.Combine(folderPath, name), absent: static _ => false);
        }
    }

    /// <summary>Removes a name from a folder; false when there is none.</summary>
    public static bool Unlink(SafeFileHandle folder, string name, string folderPath)
    {
        while (UnlinkAt(folder, name, 0) != 0)
        {
            if (!Again("delete", Path.Combine(folderPath, name), absent: static error => error == NotFound))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Waits for the folder's lock, which ends with the process. A file system without such locks goes on without, as those of
    /// .NET's files do.
    /// </summary>
    public static void Lock(SafeFileHandle folder)
    {
        while (Flock(folder, Exclusive) != 0 && Marshal.GetLastPInvokeError() == Interrupted) { }
    }

    public static void Unlock(SafeFileHandle folder) => _ = Flock(folder, Release);

    /// <summary>What an open file is now; false where the system does not say (not Linux, or one before statx).</summary>
    public static bool TryGetState(SafeFileHandle file, out FileState state)
    {
        state = default;
        if (!HasStatx)
        {
            return false;
        }

        const int itself = 0x1000; // AT_EMPTY_PATH
        const uint wanted = 0x1 | 0x4 | 0x80 | 0x200; // STATX_TYPE, _NLINK, _CTIME, _SIZE
        if (Statx(file, "", itself, wanted, out var found) != 0 || (found.Mask & wanted) != wanted)
        {
            return false;
        }

        const int typeBits = 0xF000; // S_IFMT
        const int regular = 0x8000; // S_IFREG
        state = new FileState(
            IsRegular: (found.Mode & typeBits) == regular,
            checked((long)found.Size),
            found.Names,
            unchecked((found.ChangedSeconds * 1_000_000_000) + found.ChangedNanoseconds)
        );
        return true;
    }

    /// <summary>How many descriptors this process may have (RLIMIT_NOFILE); 0 where files are not held.</summary>
    public static ulong MostDescriptors()
    {
        const int openFiles = 7; // RLIMIT_NOFILE of Linux
        return HasStatx && GetLimits(openFiles, out var limits) == 0 ? limits.Soft : 0;
    }

    private static bool IsAbsent(int error) =>
        error is NotFound or NotAFolder or NoDeviceBehind || error == TooManyLinks;

    /// <summary>True to call again after a signal, false when the thing is absent; throws for every other error.</summary>
    private static bool Again(string verb, string path, Predicate<int> absent)
    {
        var error = Marshal.GetLastPInvokeError();
        if (error == Interrupted)
        {
            return true;
        }

        return absent(error)
            ? false
            : throw new IOException($"Cannot {verb} {path}: {Marshal.GetPInvokeErrorMessage(error)}.", error);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenAt(SafeFileHandle folder, string name, int flags);

    [LibraryImport("libc", EntryPoint = "renameat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameAt(int sourceFolder, string source, SafeFileHandle folder, string name);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnlinkAt(SafeFileHandle folder, string name, int flags);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Flock(SafeFileHandle file, int operation);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(SafeFileHandle file, string name, int flags, uint mask, out StatxBuffer found);

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimits(int resource, out Limits limits);

    /// <summary>struct rlimit of 64-bit Linux.</summary>
    private readonly record struct Limits(ulong Soft, ulong Hard);

    /// <summary>struct statx, the same on every processor.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StatxBuffer
    {
        [FieldOffset(0)]
        public uint Mask;

        [FieldOffset(16)]
        public uint Names;

        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(40)]
        public ulong Size;

        [FieldOffset(96)]
        public long ChangedSeconds;

        [FieldOffset(104)]
        public uint ChangedNanoseconds;
    }
}
