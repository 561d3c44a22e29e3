using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Conventions.Tests;

/// <summary>
/// Every C# block in the documentation compiles as a program of its own, with the implicit usings of a web project and the
/// packages of this repository at hand.
/// </summary>
public sealed class DocsCodeTests
{
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Net.Http.Json;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using Microsoft.AspNetCore.Builder;
        global using Microsoft.AspNetCore.Hosting;
        global using Microsoft.AspNetCore.Http;
        global using Microsoft.AspNetCore.Routing;
        global using Microsoft.Extensions.Configuration;
        global using Microsoft.Extensions.DependencyInjection;
        global using Microsoft.Extensions.Hosting;
        global using Microsoft.Extensions.Logging;
        """;

    private static readonly SyntaxTree Usings = CSharpSyntaxTree.ParseText(ImplicitUsings);

    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Where(path => !Path.GetFileName(path).StartsWith("Conventions.", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    [Fact]
    public void Every_csharp_block_compiles()
    {
        var blocks = DocsTests
            .Pages.SelectMany(MarkdownCode.BlocksOf)
            .Where(b => b.Language is "csharp" or "cs" or "c#");

        blocks.AsParallel().SelectMany(Errors).Should().BeEmpty();
    }

    [Fact]
    public void A_block_that_does_not_compile_is_found() =>
        Errors(new MarkdownCode("page.md", 3, "csharp", "int number = \"text\";"))
            .Should()
            .ContainSingle()
            .Which.Should()
            .StartWith("page.md:4 CS0029");

    private static IEnumerable<string> Errors(MarkdownCode block)
    {
        var program = CSharpSyntaxTree.ParseText(block.Code, new CSharpParseOptions(LanguageVersion.Latest));
        var options = new CSharpCompilationOptions(
            Declares(program) ? OutputKind.DynamicallyLinkedLibrary : OutputKind.ConsoleApplication,
            nullableContextOptions: NullableContextOptions.Enable,
            allowUnsafe: false
        );

        // The name gives the host's internals to the pages that quote it.
        return CSharpCompilation
            .Create("FileService.Tests", [Usings, program], References, options)
            .GetDiagnostics()
            .Where(d => d.Severity == DiagnosticSeverity.Error)
            .Select(d => $"{block.Page}:{block.Line + LineOf(d)} {d.Id} {d.GetMessage(null)}");
    }

    private static bool Declares(SyntaxTree program) =>
        !program.GetRoot().ChildNodes().OfType<Microsoft.CodeAnalysis.CSharp.Syntax.GlobalStatementSyntax>().Any();

    private static int LineOf(Diagnostic diagnostic) => diagnostic.Location.GetLineSpan().StartLinePosition.Line + 1;
}
