using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Conventions.Tests;

public sealed class TestCodeTests
{
    private static readonly string[] Attributes = ["Fact", "Theory", "SkippableFact", "SkippableTheory"];

    private static IEnumerable<(string Path, MethodDeclarationSyntax Node)> Tests =>
        Source.All<MethodDeclarationSyntax>("tests").Where(f => AttributesOf(f.Node).Any(Attributes.Contains));

    [Fact]
    public void A_test_is_named_by_a_sentence()
    {
        var offences =
            from test in Tests
            where test.Node.Identifier.Text.Count(c => c == '_') < 2
            select $"{Source.At(test.Path, test.Node)} {test.Node.Identifier.Text}";

        Tests.Should().NotBeEmpty();
        offences.Should().BeEmpty();
    }

    [Fact]
    public void A_test_never_sleeps()
    {
        var offences =
            from found in Source.All<MemberAccessExpressionSyntax>("tests")
            where found.Node.ToString() is "Thread.Sleep" or "Task.Delay"
            where !StatementOf(found.Node).Contains("because", StringComparison.OrdinalIgnoreCase)
            select Source.At(found.Path, found.Node);

        offences.Should().BeEmpty("time is a FakeTimeProvider, waiting is for an event; else a comment says because");
    }

    private static IEnumerable<string> AttributesOf(MethodDeclarationSyntax method) =>
        method.AttributeLists.SelectMany(l => l.Attributes).Select(a => a.Name.ToString());

    private static string StatementOf(MemberAccessExpressionSyntax node) =>
        node.FirstAncestorOrSelf<StatementSyntax>()?.ToFullString() ?? node.ToFullString();
}
