using Microsoft.Win32.SafeHandles;

namespace PerfKit.Streaming.Internal;

/// <summary>A folder held by a descriptor; names are opened relative to it (openat, renameat, unlinkat).</summary>
internal sealed class UnixShardFolder(SafeFileHandle folder, string path) : ShardFolder
{
    public static new UnixShardFolder? Open(string path) =>
        UnixCalls.OpenFolder(path, followLink: false) is { } folder ? new UnixShardFolder(folder, path) : null;

    public override SafeFileHandle? OpenFile(string name)
    {
        var file = UnixCalls.OpenFile(folder, name, path);
        if (file is not null && !IsRegular(file))
        {
            file.Dispose();
            return null;
        }

        return file;
    }

    public override void Sync(SafeFileHandle? present, Action<SafeFileHandle> flush)
    {
        if (present is not null)
        {
            flush(present);
        }

        flush(folder);
    }

    public override void Dispose() => folder.Dispose();

    protected override void Lock() => UnixCalls.Lock(folder);

    protected override void Unlock() => UnixCalls.Unlock(folder);

    protected override bool TryDate(string name, SafeFileHandle file, DateTime utc)
    {
        try
        {
            File.SetLastWriteTimeUtc(file, utc);
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    protected override void MoveIn(string source, string name) => UnixCalls.Rename(source, folder, name, path);

    protected override bool Delete(string name) => UnixCalls.Unlink(folder, name, path);

    private static bool IsRegular(SafeFileHandle file)
    {
        if (UnixCalls.TryGetState(file, out var state))
        {
            return state.IsRegular;
        }

        try
        {
            _ = RandomAccess.GetLength(file);
            return (File.GetAttributes(file) & FileAttributes.Directory) == 0;
        }
        catch (NotSupportedException)
        {
            return false; // Without a position: a FIFO.
        }
    }
}
