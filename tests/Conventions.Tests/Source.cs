using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Conventions.Tests;

/// <summary>The C# files of the repository, parsed once.</summary>
internal static class Source
{
    public static IReadOnlyDictionary<string, SyntaxNode> Trees { get; } =
        Repository
            .Files.Where(f => f.EndsWith(".cs", StringComparison.Ordinal))
            .ToDictionary(f => f, f => CSharpSyntaxTree.ParseText(Repository.Read(f)).GetRoot());

    public static IEnumerable<(string Path, SyntaxNode Root)> Under(params string[] folders) =>
        Trees
            .Where(t => folders.Any(f => t.Key.StartsWith(f + "/", StringComparison.Ordinal)))
            .Select(t => (t.Key, t.Value));

    public static IEnumerable<(string Path, T Node)> All<T>(params string[] folders)
        where T : SyntaxNode =>
        Under(folders).SelectMany(t => t.Root.DescendantNodes().OfType<T>().Select(n => (t.Path, n)));

    public static string At(string path, SyntaxNode node) => $"{path}:{FirstLine(node)}";

    public static int LineCount(SyntaxNode node) =>
        node.GetLocation().GetLineSpan().EndLinePosition.Line - FirstLine(node) + 2;

    private static int FirstLine(SyntaxNode node) => node.GetLocation().GetLineSpan().StartLinePosition.Line + 1;
}
