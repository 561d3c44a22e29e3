using PerfKit.Streaming;
using PerfKit.TestKit;
using PerfKit.TestKit.Load;

namespace PerfKit.Benchmarks.Claims.Streaming.Servers;

/// <summary>
/// The contents to send: a <see cref="LocalContentStore"/>'s files, which all sides read, so that the page cache is the same.
/// Deleted on dispose.
/// </summary>
internal sealed class Corpus : IDisposable
{
    private readonly TempFolder _folder = new();

    public string Root => _folder.Path;

    /// <summary>Where a content lies below <see cref="Root"/>, with a slash: its path on a server of plain files.</summary>
    public static string RelativePath(ContentHash hash) => $"{hash.ToString()[..2]}/{hash.ToString()[2..]}";

    /// <summary>Adds contents of bytes that no two share.</summary>
    public ContentHash[] Add(int count, int bytes)
    {
        var hashes = new ContentHash[count];
        var content = new byte[bytes];
        for (var i = 0; i < count; i++)
        {
            PseudoRandomStream.Fill((ulong)i, (long)i * bytes, content);
            hashes[i] = ContentHash.Compute(content);
            File.WriteAllBytes(MakePath(hashes[i]), content);
        }

        return hashes;
    }

    /// <summary>Adds a file of zeros that takes no room on the disk. Nobody reads it all, so its name is not its hash.</summary>
    public ContentHash AddSparse(long bytes)
    {
        var hash = ContentHash.Parse($"{bytes:x64}");
        using var file = File.Create(MakePath(hash));
        file.SetLength(bytes);
        return hash;
    }

    public void Dispose() => _folder.Dispose();

    private string MakePath(ContentHash hash)
    {
        var path = Path.Combine(Root, RelativePath(hash));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }
}
