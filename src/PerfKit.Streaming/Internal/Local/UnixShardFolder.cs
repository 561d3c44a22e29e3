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
        if (file is not null && (File.GetAttributes(file) & FileAttributes.Directory) != 0)
        {
            file.Dispose();
            return null;
        }

        return file;
    }

    public override void MoveIn(string source, string name) => UnixCalls.Rename(source, folder, name, path);

    public override bool DeleteFile(string name) => UnixCalls.Unlink(folder, name, path);

    public override void Sync() => RandomAccess.FlushToDisk(folder);

    public override void Dispose() => folder.Dispose();
}
