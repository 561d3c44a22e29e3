using Microsoft.Win32.SafeHandles;

namespace PerfKit.Streaming.Internal;

/// <summary>
/// One open shard folder and its files, reached without following a link. On Linux and macOS (x64, Arm64) the folder is held
/// by a descriptor, so no rename can slip another folder under it; elsewhere by its path. Changes are made under its lock.
/// </summary>
internal abstract class ShardFolder : IDisposable
{
    /// <summary>Opens a folder; null when there is none or it is a link.</summary>
    public static ShardFolder? Open(string path) =>
        UnixCalls.Supported ? UnixShardFolder.Open(path) : PathShardFolder.Open(path);

    /// <summary>Brings a folder's entries to the disk. NTFS journals renames, so Windows has nothing to do.</summary>
    public static void SyncFolder(string path, Action<SafeFileHandle> flush)
    {
        if (UnixCalls.Supported)
        {
            using var folder =
                UnixCalls.OpenFolder(path, followLink: true) ?? throw new DirectoryNotFoundException(path);
            flush(folder);
        }
    }

    /// <summary>Opens a regular file for reading; null when there is none or it is something else.</summary>
    public abstract SafeFileHandle? OpenFile(string name);

    /// <summary>
    /// Gives a temporary file its name, or, when a file of that name and length is there, dates that one. A file of another
    /// length is damage from outside, and is replaced.
    /// </summary>
    /// <returns>The file that was there, open; null when the temporary one was moved.</returns>
    public SafeFileHandle? Publish(long length, string name, string path, SafeFileHandle file, TimeProvider clock)
    {
        Lock();
        try
        {
            var now = clock.GetUtcNow().UtcDateTime; // Under the lock: the later commit has the later time.
            var present = OpenFile(name);
            if (present is not null && RandomAccess.GetLength(present) == length && TryDate(name, present, now))
            {
                return present;
            }

            present?.Dispose();
            File.SetLastWriteTimeUtc(file, now);
            MoveIn(path, name);
            return null;
        }
        finally
        {
            Unlock();
        }
    }

    /// <summary>Removes a name, unless it is a file with this time or a later one; false when there was none or it stays.</summary>
    public bool Delete(string name, DateTimeOffset? unlessSince)
    {
        Lock();
        try
        {
            if (unlessSince is { } since)
            {
                using var file = OpenFile(name);
                if (file is null || File.GetLastWriteTimeUtc(file) >= since.UtcDateTime)
                {
                    return false;
                }
            }

            return Delete(name);
        }
        finally
        {
            Unlock();
        }
    }

    /// <summary>Brings this folder's entries to the disk, and a file that was found in it.</summary>
    public abstract void Sync(SafeFileHandle? present, Action<SafeFileHandle> flush);

    public abstract void Dispose();

    /// <summary>Keeps everybody else from changing this folder; held for a few system calls.</summary>
    protected abstract void Lock();

    protected abstract void Unlock();

    /// <summary>Sets a file's time; false when the file is another user's.</summary>
    protected abstract bool TryDate(string name, SafeFileHandle file, DateTime utc);

    /// <summary>Renames a file to a name in this folder, replacing what has that name.</summary>
    protected abstract void MoveIn(string path, string name);

    /// <summary>Removes a name; false when there was none.</summary>
    protected abstract bool Delete(string name);
}
