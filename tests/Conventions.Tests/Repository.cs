namespace Conventions.Tests;

/// <summary>The files of the clone, without what builds and editors leave in it.</summary>
internal static class Repository
{
    private static readonly HashSet<string> Skipped =
    [
        ".git",
        ".data",
        ".idea",
        ".vs",
        ".vscode",
        "artifacts",
        "bin",
        "obj",
        "node_modules",
        "TestResults",
        "BenchmarkDotNet.Artifacts",
    ];

    public static string Root { get; } = FindRoot();

    /// <summary>Every file's path from the root, with forward slashes.</summary>
    public static IReadOnlyList<string> Files { get; } =
    [.. List(new DirectoryInfo(Root)).Order(StringComparer.Ordinal)];

    /// <summary>The packages: folders of <c>src</c> with a project of their name.</summary>
    public static IReadOnlyList<string> Packages { get; } =
    [.. Under("src", ".csproj").Select(p => Path.GetFileNameWithoutExtension(p))];

    public static IEnumerable<string> Under(string folder, string extension) =>
        Files.Where(f =>
            f.StartsWith(folder + "/", StringComparison.Ordinal) && f.EndsWith(extension, StringComparison.Ordinal)
        );

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    public static string[] Lines(string path) => File.ReadAllLines(Path.Combine(Root, path));

    public static bool Exists(string path) => Path.Exists(Path.Combine(Root, path));

    /// <summary>The block of a package: <c>PerfKit.Query</c> for <c>PerfKit.Query.Sqlite</c>.</summary>
    public static string BlockOf(string package) => string.Join('.', package.Split('.').Take(2));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "PerfKit.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No PerfKit.sln above {AppContext.BaseDirectory}");
    }

    private static IEnumerable<string> List(DirectoryInfo folder)
    {
        foreach (var entry in folder.EnumerateFileSystemInfos().Where(e => !Skipped.Contains(e.Name)))
        {
            if (entry is DirectoryInfo child)
            {
                foreach (var path in List(child))
                {
                    yield return path;
                }
            }
            else
            {
                yield return Path.GetRelativePath(Root, entry.FullName).Replace('\\', '/');
            }
        }
    }
}
