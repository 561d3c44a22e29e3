using System.IO.Enumeration;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace PerfKit.Streaming.Internal.Coding;

/// <summary>
/// The kept files on the disk. Belongs to one process, which holds <c>lock</c> open; what another one left half-written is swept.
/// </summary>
internal sealed class VariantFolder : IDisposable
{
    private const string TemporaryExtension = ".tmp";
    private const int ProofBlockBytes = 128 * 1024;

    private readonly string _root;
    private readonly SafeFileHandle _lock;

    /// <exception cref="IOException">The folder cannot be used, or another process has it.</exception>
    public VariantFolder(string root)
    {
        _root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        Directory.CreateDirectory(_root);
        try
        {
            _lock = File.OpenHandle(
                Path.Combine(_root, "lock"),
                FileMode.OpenOrCreate,
                FileAccess.ReadWrite,
                FileShare.None
            );
        }
        catch (IOException e)
        {
            throw new IOException(
                $"CodedContentsOptions.Folder {_root} is in use by another process; give each a folder of its own.",
                e
            );
        }
    }

    /// <summary>Every kept file, unproven; deletes what was never finished.</summary>
    public IEnumerable<(VariantKey Key, KeptVariant Kept, DateTimeOffset Written)> Scan()
    {
        var files = new FileSystemEnumerable<(string Path, long Length, DateTimeOffset Written)>(
            _root,
            static (ref FileSystemEntry entry) => (entry.ToSpecifiedFullPath(), entry.Length, entry.LastWriteTimeUtc),
            new EnumerationOptions
            {
                RecurseSubdirectories = true,
                MaxRecursionDepth = 1,
                AttributesToSkip = FileAttributes.ReparsePoint,
            }
        )
        {
            ShouldIncludePredicate = static (ref FileSystemEntry entry) => !entry.IsDirectory,
        };

        foreach (var (path, length, written) in files)
        {
            var isOurs = VariantKey.TryParse(Path.GetFileName(path.AsSpan()), out var key);
            if (isOurs && length >= VariantTrailer.ByteLength)
            {
                yield return (
                    key,
                    new KeptVariant(length - VariantTrailer.ByteLength, default, IsProven: false),
                    written
                );
            }
            else if (isOurs || IsTemporary(path))
            {
                File.Delete(path);
            }
        }
    }

    /// <summary>Opens a proven variant; null when its file is gone or has another length than it had.</summary>
    public VariantReader? Open(VariantKey key, KeptVariant kept)
    {
        var file = OpenFile(key);
        if (file is null)
        {
            return null;
        }

        if (RandomAccess.GetLength(file) == kept.Length + VariantTrailer.ByteLength)
        {
            return new VariantReader(file, key.Coding, kept);
        }

        file.Dispose();
        return null;
    }

    /// <summary>Reads a file of an earlier process to its end; what it is when it is whole, else null.</summary>
    public KeptVariant? Prove(VariantKey key)
    {
        using var file = OpenFile(key);
        var length = file is null ? -1 : RandomAccess.GetLength(file) - VariantTrailer.ByteLength;
        Span<byte> trailer = stackalloc byte[VariantTrailer.ByteLength];
        return
            length >= 0
            && RandomAccess.Read(file!, trailer, length) == trailer.Length
            && VariantTrailer.TryRead(trailer, key, out var kept)
            && kept.Length == length
            && kept.Hash == Hash(file!, length)
            ? kept
            : null;
    }

    public VariantWriter Create() => new(Path.Combine(_root, $"{Guid.NewGuid():N}{TemporaryExtension}"));

    /// <summary>Ends a file and gives it its name; it is then visible, whole.</summary>
    public void Publish(VariantWriter writer, VariantKey key, KeptVariant kept)
    {
        writer.Finish(key, kept);
        var path = PathOf(key);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Move(writer.Path, path, overwrite: true);
    }

    public void Delete(VariantKey key)
    {
        try
        {
            File.Delete(PathOf(key));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The index does not know it any more: it is not served, and the next start finds it again.
        }
    }

    public void Dispose() => _lock.Dispose();

    private static bool IsTemporary(string path) =>
        path.EndsWith(TemporaryExtension, StringComparison.Ordinal)
        && Guid.TryParseExact(Path.GetFileNameWithoutExtension(path.AsSpan()), "N", out _);

    private static ContentHash Hash(SafeFileHandle file, long length)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var block = System.Buffers.ArrayPool<byte>.Shared.Rent(ProofBlockBytes);
        for (var offset = 0L; offset < length; )
        {
            var read = RandomAccess.Read(
                file,
                block.AsSpan(0, (int)Math.Min(ProofBlockBytes, length - offset)),
                offset
            );
            if (read == 0)
            {
                break;
            }

            hash.AppendData(block, 0, read);
            offset += read;
        }

        System.Buffers.ArrayPool<byte>.Shared.Return(block);
        return hash.TakeHash();
    }

    private SafeFileHandle? OpenFile(VariantKey key)
    {
        try
        {
            return File.OpenHandle(PathOf(key), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // Not there, or not readable, which is the same for a cache.
        }
    }

    private string PathOf(VariantKey key) => key.PathBelow(_root);
}
