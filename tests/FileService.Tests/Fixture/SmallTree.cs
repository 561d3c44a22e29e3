using System.Globalization;
using System.Text;

namespace FileService.Tests.Fixture;

/// <summary>A folder of small documents, the same for the same seed: words common to all, to some, and to one.</summary>
internal static class SmallTree
{
    private static readonly string[] Words =
    [
        "kernel",
        "driver",
        "buffer",
        "queue",
        "table",
        "index",
        "memory",
        "clock",
    ];

    /// <summary>Writes <paramref name="files"/> files (Markdown, CSV, text, HTML) and returns path and content of each.</summary>
    public static Dictionary<string, byte[]> Write(string folder, int files, int seed = 1)
    {
        var random = new Random(seed);
        var written = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        for (var i = 0; i < files; i++)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"part{i % 7}/doc{i}{Extension(i)}");
            var content = Encoding.UTF8.GetBytes(Content(i, random));
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, path))!);
            File.WriteAllBytes(Path.Combine(folder, path), content);
            written[path] = content;
        }

        return written;
    }

    private static string Extension(int i) =>
        (i % 4) switch
        {
            0 => ".md",
            1 => ".csv",
            2 => ".txt",
            _ => ".html",
        };

    private static string Content(int i, Random random)
    {
        var text = new StringBuilder();
        text.Append(
            i % 4 == 1 ? "name,value,note\n"
            : i % 4 == 3 ? "<h1>Page</h1>\n"
            : $"# Document {i}\n\n"
        );
        for (var line = 0; line < 30; line++)
        {
            var words = Enumerable.Range(0, 8).Select(_ => Words[random.Next(Words.Length)]);
            var rare = $"rare{random.Next(4000)}";
            text.Append(
                i % 4 == 1
                    ? $"{rare},{line},{string.Join(' ', words)}\n"
                    : $"{string.Join(' ', words)} {rare} only{i}x{line}\n"
            );
        }

        return text.ToString();
    }
}
