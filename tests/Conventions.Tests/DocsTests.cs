using System.Text.RegularExpressions;

namespace Conventions.Tests;

public sealed partial class DocsTests
{
    public static IEnumerable<string> Pages =>
        Repository.Files.Where(f =>
            f.EndsWith(".md", StringComparison.Ordinal)
            && (
                !f.Contains('/')
                || f.StartsWith("docs/", StringComparison.Ordinal)
                || f.StartsWith("src/", StringComparison.Ordinal)
            )
        );

    [Fact]
    public void Every_relative_link_leads_to_a_file()
    {
        var offences =
            from page in Repository.Files.Where(f => f.EndsWith(".md", StringComparison.Ordinal))
            from link in Links(page)
            where !Leads(page, link)
            select $"{page} -> {link}";

        offences.Should().BeEmpty();
    }

    [Fact]
    public void Every_page_is_reached_from_the_index()
    {
        var reached = new HashSet<string> { "docs/index.md" };
        var open = new Queue<string>(reached);
        while (open.TryDequeue(out var page))
        {
            foreach (var linked in LinkedPages(page).Where(reached.Add))
            {
                open.Enqueue(linked);
            }
        }

        Repository.Under("docs", ".md").Except(reached).Should().BeEmpty("docs/index.md leads to every page");
    }

    [Fact]
    public void Root_README_shows_itself_within_its_first_screen()
    {
        var screen = string.Join('\n', Repository.Lines("README.md").Take(40));

        screen
            .Should()
            .ContainAll("```csharp", "dotnet add package PerfKit.", "dotnet run --project samples/FileService");
        screen.Should().ContainAll("net10.0", "MIT", "tests/run.sh");
        Repository
            .Packages.Select(Repository.BlockOf)
            .Distinct()
            .Where(b => !screen.Contains(b, StringComparison.Ordinal))
            .Should()
            .BeEmpty("the table names them");
    }

    [Fact]
    public void The_documents_that_engineers_look_for_exist() =>
        new[]
        {
            "README.md",
            "LICENSE",
            "docs/index.md",
            "docs/CONTRIBUTING.md",
            "docs/SECURITY.md",
            "docs/CHANGELOG.md",
        }
            .Where(f => !Repository.Exists(f))
            .Should()
            .BeEmpty();

    [Fact]
    public void No_text_holds_a_path_of_one_machine()
    {
        var offences =
            from path in Repository.Files.Where(IsText)
            let lines = Repository.Lines(path)
            from number in Enumerable.Range(0, lines.Length)
            where MachinePath().IsMatch(lines[number])
            select $"{path}:{number + 1} {lines[number].Trim()}";

        offences.Should().BeEmpty("another machine has other folders");
    }

    private static bool IsText(string path) =>
        Path.GetExtension(path)
            is ".md"
                or ".cs"
                or ".csproj"
                or ".props"
                or ".sh"
                or ".json"
                or ".config"
                or ".sql"
                or ".html"
                or ".js"
                or ".css"
        && !path.EndsWith("/DocsTests.cs", StringComparison.Ordinal); // which holds the words it looks for

    private static IEnumerable<string> LinkedPages(string page) =>
        (Repository.Exists(page) ? Links(page) : [])
            .Select(link => Path.Combine(Path.GetDirectoryName(page)!, link.Split('#')[0]))
            .Select(path =>
                Path.GetRelativePath(Repository.Root, Path.Combine(Repository.Root, path)).Replace('\\', '/')
            )
            .Where(path => path.EndsWith(".md", StringComparison.Ordinal) && Repository.Exists(path));

    private static IEnumerable<string> Links(string page) =>
        Link()
            .Matches(Code().Replace(Repository.Read(page), ""))
            .Select(m => m.Groups[1].Value)
            .Where(l =>
                !l.Contains("://", StringComparison.Ordinal) && !l.StartsWith("mailto:", StringComparison.Ordinal)
            );

    private static bool Leads(string page, string link)
    {
        var parts = link.Split('#');
        var target = parts[0].Length == 0 ? page : Path.Combine(Path.GetDirectoryName(page)!, parts[0]);
        return Repository.Exists(target) && (parts.Length == 1 || HasHeading(target, parts[1]));
    }

    private static bool HasHeading(string page, string anchor) =>
        Repository
            .Lines(page)
            .Where(l => l.StartsWith('#'))
            .Select(l => Anchor(l.TrimStart('#').Trim()))
            .Contains(anchor);

    private static string Anchor(string heading) =>
        string.Concat(heading.ToLowerInvariant().Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_'))
            .Replace(' ', '-');

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^```.*?^```|`[^`\n]*`", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Code();

    [GeneratedRegex(@"(?<![\w.}/])/(home|root|work|Users)/\w|[A-Z]:\\Users\\")]
    private static partial Regex MachinePath();
}
