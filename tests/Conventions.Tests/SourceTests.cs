using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Conventions.Tests;

public sealed partial class SourceTests
{
    private static readonly string[] Everywhere = ["src", "samples", "tests", "benchmarks"];
    private static readonly string[] Product = ["src", "samples"];

    [Fact]
    public void No_file_is_longer_than_400_lines() => Lengths(Everywhere).Where(f => f.Lines > 400).Should().BeEmpty();

    [Fact]
    public void Files_of_the_product_are_small()
    {
        var lengths = Lengths(Product).Select(f => f.Lines).Order().ToList();

        lengths[lengths.Count / 2].Should().BeLessThanOrEqualTo(80, "that is the median's bound");
        lengths[(int)(lengths.Count * 0.95)].Should().BeLessThanOrEqualTo(250, "that is the 95th percentile's bound");
    }

    [Fact]
    public void A_method_fits_a_screen()
    {
        var offences =
            from found in Source.All<BaseMethodDeclarationSyntax>(Everywhere)
            where Source.LineCount(found.Node) > 65
            select $"{Source.At(found.Path, found.Node)} has {Source.LineCount(found.Node)} lines";

        offences.Should().BeEmpty();
    }

    [Fact]
    public void No_region_and_nothing_left_to_do()
    {
        var offences =
            from tree in Source.Under(Everywhere)
            from trivia in tree.Root.DescendantTrivia(descendIntoTrivia: true)
            where trivia.IsKind(SyntaxKind.RegionDirectiveTrivia) || LeftToDo().IsMatch(trivia.ToString())
            where trivia.IsKind(SyntaxKind.RegionDirectiveTrivia) || trivia.Kind().ToString().Contains("Comment")
            select $"{tree.Path}: {trivia.ToString().Trim()}";

        offences.Should().BeEmpty();
    }

    [Fact]
    public void A_silenced_warning_says_because()
    {
        var silencers = Repository.Files.Where(f => Path.GetExtension(f) is ".cs" or ".csproj" or ".props");
        var offences =
            from path in silencers
            from line in Numbered(path)
            where Silencer().IsMatch(line.Text)
            where !$"{line.Before} {line.Text}".Contains("because", StringComparison.OrdinalIgnoreCase)
            select $"{path}:{line.Number} {line.Text.Trim()}";

        offences.Should().BeEmpty();
    }

    [Fact]
    public void A_suppressed_message_has_a_justification()
    {
        var offences =
            from found in Source.All<AttributeSyntax>(Everywhere)
            where found.Node.Name.ToString().EndsWith("SuppressMessage", StringComparison.Ordinal)
            where !found.Node.ToString().Contains("Justification = \"", StringComparison.Ordinal)
            select Source.At(found.Path, found.Node);

        offences.Should().BeEmpty();
    }

    [Fact]
    public void Classes_are_sealed()
    {
        var bases = Source
            .All<BaseTypeSyntax>(Everywhere)
            .Select(b => b.Node.Type.ToString().Split('<')[0].Split('.')[^1])
            .ToHashSet();
        var offences =
            from found in Source.All<TypeDeclarationSyntax>(Everywhere)
            let type = found.Node
            where type is ClassDeclarationSyntax || type.IsKind(SyntaxKind.RecordDeclaration)
            where !type.Modifiers.Any(IsDecided) && !bases.Contains(type.Identifier.Text)
            where !HasDecidedPart(type.Identifier.Text)
            where !type.ToString().Contains("[Benchmark", StringComparison.Ordinal) // BenchmarkDotNet derives from them.
            select $"{Source.At(found.Path, type)} {type.Identifier.Text}";

        offences.Should().BeEmpty();
    }

    [Fact]
    public void Namespaces_are_file_scoped() =>
        Source.All<NamespaceDeclarationSyntax>(Everywhere).Select(f => Source.At(f.Path, f.Node)).Should().BeEmpty();

    [Fact]
    public void No_exception_is_swallowed_without_a_word()
    {
        var offences =
            from found in Source.All<CatchClauseSyntax>(Everywhere)
            where
                found.Node.Block.Statements.Count == 0
                && !found.Node.ToFullString().Contains("//", StringComparison.Ordinal)
            select Source.At(found.Path, found.Node);

        offences.Should().BeEmpty();
    }

    [Fact]
    public void Endpoints_of_the_host_contain_no_sql()
    {
        var offences =
            from found in Source.All<LiteralExpressionSyntax>("samples/FileService/Endpoints")
            where Sql().IsMatch(found.Node.ToString())
            select Source.At(found.Path, found.Node);

        offences.Should().BeEmpty("HTTP in and out there, queries in Data");
    }

    private static IEnumerable<(string Path, int Lines)> Lengths(params string[] folders) =>
        Source.Under(folders).Select(t => (t.Path, Repository.Lines(t.Path).Length));

    private static IEnumerable<(int Number, string Text, string Before)> Numbered(string path)
    {
        var lines = Repository.Lines(path);
        return lines.Select((text, i) => (i + 1, text, string.Join(' ', lines[Math.Max(0, i - 2)..i])));
    }

    private static bool HasDecidedPart(string name) =>
        Source
            .All<TypeDeclarationSyntax>(Everywhere)
            .Any(f => f.Node.Identifier.Text == name && f.Node.Modifiers.Any(IsDecided));

    private static bool IsDecided(SyntaxToken modifier) =>
        modifier.Kind() is SyntaxKind.SealedKeyword or SyntaxKind.StaticKeyword or SyntaxKind.AbstractKeyword;

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b")]
    private static partial Regex LeftToDo();

    [GeneratedRegex(@"^\s*#pragma warning disable|<\s*NoWarn>|<\w[^>]*\sNoWarn=")]
    private static partial Regex Silencer();

    [GeneratedRegex(
        @"\b(select\s.+\sfrom\s|insert\s+into\s|update\s+\w+\s+set\s|delete\s+from\s)",
        RegexOptions.IgnoreCase | RegexOptions.Singleline
    )]
    private static partial Regex Sql();
}
