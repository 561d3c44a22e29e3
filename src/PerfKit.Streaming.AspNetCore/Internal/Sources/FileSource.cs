using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace PerfKit.Streaming.Internal;

/// <summary>
/// Opens a file by its path. All that is said of it comes from the opened file, so no rename gets between fields and
/// bytes.
/// </summary>
internal sealed class FileSource(string path) : ContentSource
{
    /// <summary>
    /// How old a last write must be to be sure that another one would have had another time; FAT counts in 2 seconds.
    /// </summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(3);

    public override ValueTask<Representation?> FindAsync(
        ContentDescription what,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        if (Open() is not { } file)
        {
            return new((Representation?)null);
        }

        var written = File.GetLastWriteTimeUtc(file);
        var reader = ContentReader.FromFile(file);
        return new(
            new Representation(this)
            {
                ETag = EntityTags.Of(what) ?? Tag(reader.Length, written, now),
                Length = what.Length ?? reader.Length,
                Sha256 = what.Sha256,
                LastModified = what.LastModified ?? written,
                Opened = reader,
            }
        );
    }

    public override ValueTask<ContentReader?> OpenAsync(CancellationToken cancellationToken) =>
        new(Open() is { } file ? ContentReader.FromFile(file) : null);

    /// <summary>
    /// Length and last write. While that is so fresh that another write could bear the same time the tag is weak, and
    /// another than afterwards: it proves nothing about bytes, and nobody keeps for long what it named.
    /// </summary>
    private static string Tag(long length, DateTime written, DateTimeOffset now)
    {
        var isSettled = now.UtcDateTime - written > Settled;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{(isSettled ? "\"" : "W/\"fresh-")}{length:x}-{written.Ticks:x}\""
        );
    }

    private SafeFileHandle? Open()
    {
        try
        {
            return File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
