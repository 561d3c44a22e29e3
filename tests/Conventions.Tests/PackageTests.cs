using System.Text.RegularExpressions;

namespace Conventions.Tests;

public sealed partial class PackageTests
{
    [Fact]
    public void README_is_one_screen_and_a_half() =>
        Readmes().Where(r => Repository.Lines(r).Length > 60).Should().BeEmpty();

    [Fact]
    public void README_begins_with_at_most_eight_lines_of_code()
    {
        var offences =
            from readme in Readmes()
            let first = MarkdownCode.BlocksOf(readme).FirstOrDefault(b => b.Language == "csharp")
            let lines = first?.Code.TrimEnd().Split('\n').Length ?? 0
            where lines is 0 or > 8
            select $"{readme} has {lines} lines in its first csharp block";

        offences.Should().BeEmpty();
    }

    [Fact]
    public void README_says_how_to_install_and_where_to_read_on()
    {
        var offences =
            from package in Repository.Packages
            let text = Repository.Read($"src/{package}/README.md")
            where
                !text.Contains($"dotnet add package {package}", StringComparison.Ordinal)
                || text.Contains("](../", StringComparison.Ordinal) // Leads nowhere on a package page.
                || DocsPage().Matches(text) is not { Count: > 0 } pages
                || !pages.All(static m => Repository.Exists(m.Groups[1].Value))
            select package;

        offences
            .Should()
            .BeEmpty("the install line and the name of an existing docs page belong into it, and no relative link");
    }

    [Fact]
    public void Every_package_has_a_page_of_design() =>
        Repository
            .Packages.Where(p => !Repository.Exists($"src/{p}/Internal/README.md"))
            .Should()
            .BeEmpty("Internal/README.md tells the next maintainer the theory, the invariants and what was rejected");

    [Fact]
    public void Every_package_has_its_public_API_files()
    {
        var offences =
            from package in Repository.Packages
            let shipped = $"src/{package}/PublicAPI.Shipped.txt"
            let unshipped = $"src/{package}/PublicAPI.Unshipped.txt"
            where
                !Repository.Exists(shipped)
                || !Repository.Exists(unshipped)
                || Repository
                    .Lines(shipped)
                    .Concat(Repository.Lines(unshipped))
                    .All(l => l.Trim() is "" or "#nullable enable")
            select package;

        offences.Should().BeEmpty();
    }

    [Fact]
    public void Every_package_describes_itself() =>
        Repository
            .Packages.Where(p =>
                !Repository.Read($"src/{p}/{p}.csproj").Contains("<Description>", StringComparison.Ordinal)
            )
            .Should()
            .BeEmpty();

    private static IEnumerable<string> Readmes() => Repository.Packages.Select(p => $"src/{p}/README.md");

    [GeneratedRegex(@"`(docs/[\w-]+\.md)`")]
    private static partial Regex DocsPage();
}
