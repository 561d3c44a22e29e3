using Microsoft.Win32.SafeHandles;

namespace PerfKit.Streaming.Internal;

/// <summary>
/// One open shard folder and its files, reached without following a link. On Linux and macOS (x64, Arm64) the folder is held
/// by a descriptor, so no rename can slip another folder under it; elsewhere by its path.
/// </summary>
internal abstract class ShardFolder : IDisposable
{
    /// <summary>Opens a folder; null when there is none or it is a link.</summary>
    public static ShardFolder? Open(string path) =>
        UnixCalls.Supported ? UnixShardFolder.Open(path) : PathShardFolder.Open(path);

    /// <summary>Brings a folder's entries to the disk. NTFS journals renames, so Windows has nothing to do.</summary>
    public static void SyncFolder(string path)
    {
        if (UnixCalls.Supported)
        {
            using var folder =
                UnixCalls.OpenFolder(path, followLink: true) ?? throw new DirectoryNotFoundException(path);
            RandomAccess.FlushToDisk(folder);
        }
    }

    /// <summary>Opens a regular file for reading; null when there is none or it is something else.</summary>
    public abstract SafeFileHandle? OpenFile(string name);

    /// <summary>Length in bytes of a regular file; null when there is none.</summary>
    public long? GetLength(string name)
    {
        using var file = OpenFile(name);
        return file is null ? null : RandomAccess.GetLength(file);
    }

    /// <summary>Renames a file to a name in this folder, replacing what has that name.</summary>
    public abstract void MoveIn(string path, string name);

    /// <summary>Removes a name; false when there was none.</summary>
    public abstract bool DeleteFile(string name);

    /// <summary>Brings this folder's entries to the disk.</summary>
    public abstract void Sync();

    public abstract void Dispose();
}
