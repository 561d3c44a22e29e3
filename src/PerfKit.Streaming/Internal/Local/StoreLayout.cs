using System.IO.Enumeration;
using Microsoft.Win32.SafeHandles;

namespace PerfKit.Streaming.Internal;

/// <summary>
/// Which path a hash has: <c>root/ab/cdef...</c>, where unfinished contents lie: <c>root/tmp</c>, and how one becomes visible.
/// </summary>
/// <param name="root">The full path of the store's folder.</param>
/// <param name="clock">Dates commits.</param>
/// <param name="flush">Brings a file or a folder to the disk; null in a store that leaves it to the system.</param>
internal sealed class StoreLayout(string root, TimeProvider clock, Action<SafeFileHandle>? flush)
{
    public const int ShardCount = 256;
    private const int ShardDigits = 2;

    private static readonly EnumerationOptions Plainly = new() { AttributesToSkip = 0, IgnoreInaccessible = false };

    private readonly string[] _shardPaths =
    [
        .. Enumerable.Range(0, ShardCount).Select(prefix => Path.Combine(root, prefix.ToString("x2", null))),
    ];

    private readonly bool[] _shardSynced = new bool[ShardCount];

    public string Root { get; } = root;

    public TimeProvider Clock { get; } = clock;

    public string TemporaryFolder { get; } = Path.Combine(root, "tmp");

    public static int ShardOf(ContentHash hash)
    {
        Span<byte> bytes = stackalloc byte[ContentHash.ByteLength];
        hash.CopyTo(bytes);
        return bytes[0];
    }

    public static string FileName(ContentHash hash) => hash.ToString()[ShardDigits..];

    /// <summary>Makes the folders, once, at start.</summary>
    public void Prepare()
    {
        var firstMade = TemporaryFolder;
        while (Path.GetDirectoryName(firstMade) is { } parent && !Directory.Exists(parent))
        {
            firstMade = parent;
        }

        Directory.CreateDirectory(TemporaryFolder);
        DemandTemporaryFolder();

        // A folder is on the disk once its name is in a synced parent.
        for (var folder = TemporaryFolder; flush is not null && folder.Length >= firstMade.Length; )
        {
            folder = Path.GetDirectoryName(folder)!;
            ShardFolder.SyncFolder(folder, flush);
        }
    }

    /// <summary>
    /// Refuses a temporary folder that is gone or a link. Not made again: where a disk was unmounted, it would lie on another.
    /// </summary>
    public void DemandTemporaryFolder()
    {
        var folder = new DirectoryInfo(TemporaryFolder);
        if (folder.LinkTarget is { } target)
        {
            throw new IOException(
                $"{TemporaryFolder} is a link to {target}; a content store follows no links below its root."
            );
        }

        if (!folder.Exists)
        {
            throw Gone(TemporaryFolder);
        }
    }

    public void SyncFile(SafeFileHandle file) => flush?.Invoke(file);

    /// <summary>
    /// Brings a content's name to the disk, in a durable store. One that was present is synced itself too: whoever brought it may
    /// have died before his sync, or may not sync at all.
    /// </summary>
    public void Sync(ContentHash hash, ShardFolder shard, SafeFileHandle? present)
    {
        if (flush is null)
        {
            return;
        }

        shard.Sync(present, flush);
        var number = ShardOf(hash);
        if (!Volatile.Read(ref _shardSynced[number]))
        {
            ShardFolder.SyncFolder(Root, flush); // Once, also for a shard that another process made.
            Volatile.Write(ref _shardSynced[number], true);
        }
    }

    public ShardFolder? OpenShard(ContentHash hash) => OpenShard(ShardOf(hash));

    /// <exception cref="DirectoryNotFoundException">The root itself is gone: not the same as holding nothing.</exception>
    public ShardFolder? OpenShard(int number)
    {
        var shard = ShardFolder.Open(_shardPaths[number]);
        return shard is not null || Directory.Exists(Root) ? shard : throw Gone(Root);
    }

    public ShardFolder OpenOrMakeShard(ContentHash hash)
    {
        var number = ShardOf(hash);
        var path = _shardPaths[number];
        if (ShardFolder.Open(path) is { } shard)
        {
            return shard;
        }

        DemandTemporaryFolder(); // A root that vanished is not made again.
        Directory.CreateDirectory(path);
        Volatile.Write(ref _shardSynced[number], false);
        return ShardFolder.Open(path)
            ?? throw new IOException(
                $"{path} is a link or no folder; a content store follows no links below its root."
            );
    }

    /// <summary>The hashes of one shard's names in order; whether each is still a file is for the caller to see.</summary>
    public List<ContentHash> ListShard(int number, HashRange range, ContentHash? after)
    {
        var hashes = new List<ContentHash>();
        try
        {
            hashes.AddRange(
                new FileSystemEnumerable<ContentHash>(
                    _shardPaths[number],
                    (ref FileSystemEntry entry) => HashOf(number, entry.FileName) ?? default,
                    Plainly
                )
                {
                    ShouldIncludePredicate = (ref FileSystemEntry entry) =>
                        HashOf(number, entry.FileName) is { } hash && range.Lists(hash, after),
                }
            );
        }
        catch (DirectoryNotFoundException)
        {
            return []; // Gone since it was opened, with everything in it.
        }

        hashes.Sort();
        return hashes;
    }

    private static DirectoryNotFoundException Gone(string folder) =>
        new($"{folder} of a content store is gone; mount its disk again, or open the store anew to make it.");

    private static ContentHash? HashOf(int number, ReadOnlySpan<char> fileName)
    {
        if (fileName.Length != ContentHash.TextLength - ShardDigits)
        {
            return null;
        }

        Span<char> text = stackalloc char[ContentHash.TextLength];
        number.TryFormat(text, out _, "x2");
        fileName.CopyTo(text[ShardDigits..]);
        return ContentHash.TryParse(text, null, out var hash) ? hash : null;
    }
}
