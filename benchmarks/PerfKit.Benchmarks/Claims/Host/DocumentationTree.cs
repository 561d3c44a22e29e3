using System.IO.Compression;
using PerfKit.TestKit;

namespace PerfKit.Benchmarks.Claims.Host;

/// <summary>
/// 20,000 real documentation files: Debian's linux-doc with its compressed files unpacked, filled up from the other
/// folders of /usr/share/doc and, where those do not suffice, with marked copies. PERFKIT_DOC_TREE names another tree.
/// </summary>
internal static class DocumentationTree
{
    public const int Files = 20_000;

    private const string Documentation = "/usr/share/doc";

    private static readonly Lazy<string> Made = new(Make);

    public static string Folder => Environment.GetEnvironmentVariable("PERFKIT_DOC_TREE") ?? Made.Value;

    private static string Make()
    {
        if (!Directory.Exists(Documentation) || Directory.GetDirectories(Documentation, "linux-doc-*").Length == 0)
        {
            throw new InvalidOperationException(
                "No documentation tree: apt-get install linux-doc, or set PERFKIT_DOC_TREE."
            );
        }

        var folder = new TempFolder(); // Lives as long as the process; the claims share it.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Dispose();
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.ReparsePoint,
        };
        var sources = Directory
            .EnumerateFiles(Documentation, "*", options)
            .OrderByDescending(static path => path.Contains("linux-doc-", StringComparison.Ordinal))
            .ThenBy(static path => path, StringComparer.Ordinal)
            .ToList();
        for (var made = 0; made < Files; made++)
        {
            var round = made / sources.Count;
            Copy(sources[made % sources.Count], Path.Combine(folder.Path, $"copy{round}"), round);
        }

        return folder.Path;
    }

    private static void Copy(string source, string root, int round)
    {
        var target = Path.Combine(root, Path.GetRelativePath(Documentation, source));
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        using var from = File.OpenRead(source);
        if (!source.EndsWith(".gz", StringComparison.Ordinal))
        {
            using var plain = File.Create(target);
            from.CopyTo(plain);
            Mark(plain, round);
            return;
        }

        using var unpacked = File.Create(target[..^".gz".Length]);
        using var gzip = new GZipStream(from, CompressionMode.Decompress);
        gzip.CopyTo(unpacked);
        Mark(unpacked, round);
    }

    private static void Mark(FileStream file, int round)
    {
        if (round > 0)
        {
            file.Write(System.Text.Encoding.UTF8.GetBytes($"\ncopy {round}\n"));
        }
    }
}
