using System.Diagnostics.CodeAnalysis;
using System.IO.Enumeration;
using FileService.Data;
using PerfKit.Streaming;

namespace FileService.Files;

/// <summary>A file to import: its path in the workspace, and what tells whether it changed.</summary>
internal sealed record ImportFile(string Path, string FullPath, long Size, long Mtime)
{
    /// <summary>False, with the reason, when the file went or may not be read.</summary>
    public bool TryOpenRead([NotNullWhen(true)] out FileStream? stream, out string fault)
    {
        try
        {
            const FileShare Sharing = FileShare.ReadWrite | FileShare.Delete;
            stream = new FileStream(FullPath, FileMode.Open, FileAccess.Read, Sharing, 0, FileOptions.SequentialScan);
            fault = "";
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            stream = null;
            fault = e.Message;
            return false;
        }
    }
}

/// <summary>What an import did so far; read while it runs.</summary>
internal sealed class ImportTally
{
    private readonly List<string> _failures = [];
    private long _bytes;
    private int _created;
    private int _replaced;
    private int _unchanged;

    public int Total { get; init; }

    public long TotalBytes { get; init; }

    public int Links { get; init; }

    public int Created => Volatile.Read(ref _created);

    public int Replaced => Volatile.Read(ref _replaced);

    public int Unchanged => Volatile.Read(ref _unchanged);

    public long Bytes => Volatile.Read(ref _bytes);

    public int Done => Created + Replaced + Unchanged + Failures.Count;

    /// <summary>Files that could not be read, each with its reason.</summary>
    public IReadOnlyList<string> Failures
    {
        get
        {
            lock (_failures)
            {
                return [.. _failures];
            }
        }
    }

    public void AddUnchanged(long size)
    {
        Interlocked.Increment(ref _unchanged);
        Interlocked.Add(ref _bytes, size);
    }

    public void AddStored(long size, bool created)
    {
        Interlocked.Increment(ref created ? ref _created : ref _replaced);
        Interlocked.Add(ref _bytes, size);
    }

    public void AddFailed(string path, string reason)
    {
        lock (_failures)
        {
            _failures.Add($"{path}: {reason}");
        }
    }
}

/// <summary>The files below a folder, in path order. Symbolic links are counted and not followed.</summary>
internal static class ImportFolder
{
    public static (IReadOnlyList<ImportFile> Files, ImportTally Tally) Scan(string folder)
    {
        var root = System.IO.Path.GetFullPath(folder);
        var links = 0;
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 };
        var found = new FileSystemEnumerable<ImportFile?>(root, (ref FileSystemEntry e) => ToFile(root, ref e), options)
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory || IsLink(ref entry),
            ShouldRecursePredicate = static (ref FileSystemEntry entry) => !IsLink(ref entry),
        };
        var files = new List<ImportFile>();
        foreach (var file in found)
        {
            if (file is null)
            {
                links++;
            }
            else
            {
                files.Add(file);
            }
        }

        files.Sort(static (a, b) => string.CompareOrdinal(a.Path, b.Path));
        return (
            files,
            new ImportTally
            {
                Total = files.Count,
                TotalBytes = files.Sum(f => f.Size),
                Links = links,
            }
        );
    }

    /// <summary>Streams a file into a content writer and finishes it.</summary>
    public static async ValueTask<ContentInfo> CopyContentAsync(
        this Stream source,
        ContentWriter writer,
        CancellationToken ct
    )
    {
        var body = System.IO.Pipelines.PipeReader.Create(
            source,
            new System.IO.Pipelines.StreamPipeReaderOptions(bufferSize: 64 * 1024, leaveOpen: true)
        );
        return await body.CopyToAsync(writer, long.MaxValue, ct);
    }

    private static ImportFile? ToFile(string root, ref FileSystemEntry entry)
    {
        if (IsLink(ref entry))
        {
            return null;
        }

        var full = entry.ToFullPath();
        var path = System.IO.Path.GetRelativePath(root, full).Replace('\\', '/');
        return new ImportFile(path, full, entry.Length, Micros.From(entry.LastWriteTimeUtc.UtcDateTime));
    }

    private static bool IsLink(ref FileSystemEntry entry) => (entry.Attributes & FileAttributes.ReparsePoint) != 0;
}
