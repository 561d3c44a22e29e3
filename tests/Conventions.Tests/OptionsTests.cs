using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Conventions.Tests;

/// <summary>Every bound is an option with a unit, a documented range, a default and a check that names it.</summary>
public sealed partial class OptionsTests
{
    private static IEnumerable<(string Path, PropertyDeclarationSyntax Node)> Bounds =>
        from found in Source.All<ClassDeclarationSyntax>("src")
        where found.Node.Identifier.Text.EndsWith("Options", StringComparison.Ordinal)
        from property in found.Node.Members.OfType<PropertyDeclarationSyntax>()
        where property.AccessorList?.Accessors.Any(a => a.Keyword.Text == "set") == true
        where Numeric().IsMatch(property.Type.ToString())
        select (found.Path, property);

    [Fact]
    public void A_bound_documents_its_range_and_default()
    {
        var offences =
            from bound in Bounds
            let doc = bound.Node.GetLeadingTrivia().ToString()
            where !Range().IsMatch(doc) || !doc.Contains("default", StringComparison.OrdinalIgnoreCase)
            select $"{Source.At(bound.Path, bound.Node)} {bound.Node.Identifier.Text}";

        Bounds.Should().NotBeEmpty();
        offences.Should().BeEmpty("its /// says from where to where, and the default");
    }

    [Fact]
    public void A_bound_is_checked_with_a_sentence_that_names_it()
    {
        var offences =
            from bound in Bounds
            let name = bound.Node.Identifier.Text
            let package = string.Join('/', bound.Path.Split('/').Take(2))
            where !Repository.Under(package, ".cs").Select(Repository.Read).Any(text => NamesAndChecks(text, name))
            select $"{Source.At(bound.Path, bound.Node)} {name}";

        offences.Should().BeEmpty("a validator of its package says what it must be");
    }

    private static bool NamesAndChecks(string text, string name) =>
        text.Contains("must be", StringComparison.Ordinal) && Regex.IsMatch(text, $@"\b{name}\b(?!\s*{{ get)");

    [GeneratedRegex(@"^(int|long|double|float|decimal|TimeSpan)\??$")]
    private static partial Regex Numeric();

    [GeneratedRegex(
        @"\d.*\bto\b.*\d|\bat least\b|\bat most\b|\bor more\b|\bmore than\b|\bpositive\b",
        RegexOptions.Singleline
    )]
    private static partial Regex Range();
}
