using System.IO.Enumeration;

namespace PerfKit.Streaming.Internal;

/// <summary>Which path a hash has: <c>root/ab/cdef...</c>, and where unfinished contents lie: <c>root/tmp</c>.</summary>
internal sealed class StoreLayout(string root, bool durable)
{
    public const int ShardCount = 256;
    private const int ShardDigits = 2;

    private static readonly EnumerationOptions Plainly = new() { AttributesToSkip = 0, IgnoreInaccessible = false };

    private readonly string[] _shardPaths =
    [
        .. Enumerable.Range(0, ShardCount).Select(prefix => Path.Combine(root, prefix.ToString("x2", null))),
    ];

    public string Root { get; } = root;

    public string TemporaryFolder { get; } = Path.Combine(root, "tmp");

    public bool Durable { get; } = durable;

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
        Directory.CreateDirectory(TemporaryFolder);
        if (new DirectoryInfo(TemporaryFolder).LinkTarget is { } target)
        {
            throw new IOException(
                $"{TemporaryFolder} is a link to {target}; a content store follows no links below its root."
            );
        }
    }

    public ShardFolder? OpenShard(ContentHash hash) => OpenShard(ShardOf(hash));

    public ShardFolder? OpenShard(int prefix) => ShardFolder.Open(_shardPaths[prefix]);

    public ShardFolder OpenOrMakeShard(ContentHash hash)
    {
        var path = _shardPaths[ShardOf(hash)];
        var shard = ShardFolder.Open(path);
        if (shard is not null)
        {
            return shard;
        }

        Directory.CreateDirectory(path);
        if (Durable)
        {
            ShardFolder.SyncFolder(Root);
        }

        return ShardFolder.Open(path)
            ?? throw new IOException(
                $"{path} is a link or no folder; a content store follows no links below its root."
            );
    }

    /// <summary>The hashes of one shard's names in order; whether each is still a file is for the caller to see.</summary>
    public List<ContentHash> ListShard(int prefix, ContentHash? after)
    {
        var hashes = new List<ContentHash>();
        try
        {
            hashes.AddRange(
                new FileSystemEnumerable<ContentHash>(
                    _shardPaths[prefix],
                    (ref FileSystemEntry entry) => HashOf(prefix, entry.FileName) ?? default,
                    Plainly
                )
                {
                    ShouldIncludePredicate = (ref FileSystemEntry entry) =>
                        HashOf(prefix, entry.FileName) is { } hash && (after is null || hash > after),
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

    private static ContentHash? HashOf(int prefix, ReadOnlySpan<char> fileName)
    {
        if (fileName.Length != ContentHash.TextLength - ShardDigits)
        {
            return null;
        }

        Span<char> text = stackalloc char[ContentHash.TextLength];
        prefix.TryFormat(text, out _, "x2");
        fileName.CopyTo(text[ShardDigits..]);
        return ContentHash.TryParse(text, null, out var hash) ? hash : null;
    }
}
