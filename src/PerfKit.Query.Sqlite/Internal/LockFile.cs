namespace PerfKit.Query.Internal;

/// <summary>Opens a file so that nobody else can: flock on Linux and macOS, a sharing mode on Windows.</summary>
internal static class LockFile
{
    private const int WindowsSharingViolation = unchecked((int)0x80070020);
    private const int LinuxWouldBlock = 11;
    private const int MacWouldBlock = 35;

    /// <summary>The locked file, or null while another handle, of this or any process, has it.</summary>
    public static FileStream? TryOpen(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
        }
        catch (IOException error) when (error.HResult is WindowsSharingViolation or LinuxWouldBlock or MacWouldBlock)
        {
            return null;
        }
    }
}
