using Microsoft.Win32.SafeHandles;

namespace PerfKit.Streaming.Internal;

/// <summary>
/// Files of contents on their way. A living writer holds its file under an exclusive lock (flock on Unix, sharing mode on
/// Windows) that dies with its process, so a file that can be locked is abandoned.
/// </summary>
internal static class TemporaryFiles
{
    private const string Extension = ".tmp";

    // Windows must let a locked file be renamed and deleted; Unix always does, and reads any sharing as no lock.
    private static readonly FileShare Locked = OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None;

    public static string NewPath(string folder) => Path.Combine(folder, $"{Guid.NewGuid():N}{Extension}");

    public static SafeFileHandle Create(string path) =>
        File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, Locked, FileOptions.Asynchronous);

    /// <summary>Closes a file and, when a path is given, deletes it while it is still locked.</summary>
    public static void Close(SafeFileHandle file, string? deletePath)
    {
        using (file)
        {
            if (deletePath is not null && Directory.Exists(Path.GetDirectoryName(deletePath)))
            {
                File.Delete(deletePath);
            }
        }
    }

    public static int Sweep(string folder, DateTimeOffset writtenBefore, CancellationToken cancellationToken)
    {
        var deleted = 0;
        foreach (var path in Directory.EnumerateFiles(folder, "*" + Extension))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var file = new FileInfo(path);
            var isOurs = Guid.TryParseExact(Path.GetFileNameWithoutExtension(path), "N", out _);
            if (isOurs && file.LinkTarget is null && file.LastWriteTimeUtc <= writtenBefore && TryDelete(path))
            {
                deleted++;
            }
        }

        return deleted;
    }

    private static bool TryDelete(string path)
    {
        try
        {
            Close(File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, Locked), path);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // Held by a living writer, gone meanwhile, or not ours to delete.
        }
    }
}
