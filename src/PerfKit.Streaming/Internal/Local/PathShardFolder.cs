using Microsoft.Win32.SafeHandles;

namespace PerfKit.Streaming.Internal;

/// <summary>
/// A folder held by its path: Windows, and Unix on processors whose flags are not known here. Links are looked for before
/// each use, so a link made in that very moment would be followed; making one needs write access to the store.
/// </summary>
internal sealed class PathShardFolder(string folder) : ShardFolder
{
    private static readonly Lock Changes = new(); // Of this process: there is no lock on a folder here.

    public static new PathShardFolder? Open(string path)
    {
        var info = new DirectoryInfo(path);
        return info.Exists && info.LinkTarget is null ? new PathShardFolder(path) : null;
    }

    public override SafeFileHandle? OpenFile(string name)
    {
        var info = new FileInfo(Path.Combine(folder, name));
        if (!info.Exists || info.LinkTarget is not null)
        {
            return null;
        }

        try
        {
            return File.OpenHandle(
                info.FullName,
                FileMode.Open,
                FileAccess.Read,
                FileShare.Read | FileShare.Delete,
                FileOptions.Asynchronous
            );
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null; // Deleted since it was looked at.
        }
    }

    public override void Sync(SafeFileHandle? present, Action<SafeFileHandle> flush) { } // NTFS journals the rename.

    public override void Dispose() { }

    protected override void Lock() => Changes.Enter();

    protected override void Unlock() => Changes.Exit();

    protected override bool TryDate(string name, SafeFileHandle file, DateTime utc)
    {
        try
        {
            File.SetLastWriteTimeUtc(Path.Combine(folder, name), utc); // The handle is for reading alone.
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    protected override void MoveIn(string source, string name)
    {
        var target = Path.Combine(folder, name);
        var length = new FileInfo(source).Length;
        try
        {
            File.Move(source, target, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException && LengthOf(name) == length)
        {
            // Windows refuses to replace a file that somebody reads. It is the same content; ours is not needed.
            File.Delete(source);
        }
    }

    protected override bool Delete(string name)
    {
        var path = Path.Combine(folder, name);
        if (!File.Exists(path))
        {
            return false;
        }

        File.Delete(path);
        return true;
    }

    private long? LengthOf(string name)
    {
        using var file = OpenFile(name);
        return file is null ? null : RandomAccess.GetLength(file);
    }
}
