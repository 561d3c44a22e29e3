using System.IO.Compression;
using System.Text;
using PerfKit.Query;

namespace PerfKit.Benchmarks.Claims.Query.Searches;

/// <summary>
/// Real text: the files of Debian's linux-doc, unpacked and cut into chunks of 1,000 characters, those of one file far apart.
/// </summary>
internal static class SearchCorpus
{
    public const int Chunks = 88_681;
    public const int SmallChunks = Chunks / 16;
    private const int ChunkChars = 1_000;
    private const int Step = 40_503; // Has no divisor in common with the number of chunks.

    private static readonly Lazy<IReadOnlyList<Chunk>> Read = new(ReadAll);

    /// <summary>Each chunk with a path of its own; the beginning is as mixed as the whole.</summary>
    public static IReadOnlyList<Chunk> All => Read.Value;

    private static Chunk[] ReadAll()
    {
        var folder = Directory.EnumerateDirectories("/usr/share/doc", "linux-doc-*").Order(StringComparer.Ordinal);
        var root =
            folder.FirstOrDefault()
            ?? throw new InvalidOperationException("No text to search in: apt-get install linux-doc.");
        var chunks = new List<Chunk>(Chunks);
        foreach (
            var file in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        )
        {
            var (path, text) = (Path.GetRelativePath(root, file), TextOf(file));
            for (var at = 0; at + ChunkChars <= text.Length && chunks.Count < Chunks; at += ChunkChars)
            {
                chunks.Add(new Chunk($"{path}/{at / ChunkChars}", text.Substring(at, ChunkChars)));
            }
        }

        if (chunks.Count < Chunks)
        {
            throw new InvalidOperationException($"'{root}' has {chunks.Count} chunks of text; {Chunks} are needed.");
        }

        return [.. Enumerable.Range(0, Chunks).Select(i => chunks[(int)((long)i * Step % Chunks)])];
    }

    private static string TextOf(string file)
    {
        if (Path.GetExtension(file) is not (".gz" or ".rst" or ".txt" or ".html"))
        {
            return "";
        }

        using var stream = File.OpenRead(file);
        using Stream plain = file.EndsWith(".gz", StringComparison.Ordinal)
            ? new GZipStream(stream, CompressionMode.Decompress)
            : stream;
        using var reader = new StreamReader(plain, new UTF8Encoding(false));
        var text = reader.ReadToEnd();
        return text.Contains('\0') || !SearchText.IsWellFormed(text) ? "" : SearchText.Normalize(text);
    }
}

/// <summary>A document of the corpus.</summary>
internal sealed record Chunk(string Path, string Text);
