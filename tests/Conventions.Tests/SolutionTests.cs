using System.Text.RegularExpressions;

namespace Conventions.Tests;

public sealed partial class SolutionTests
{
    [Fact]
    public void PerfKit_sln_contains_every_project()
    {
        var listed = ProjectPath()
            .Matches(Repository.Read("PerfKit.sln"))
            .Select(m => m.Groups[1].Value.Replace('\\', '/'));

        Repository.Files.Where(f => f.EndsWith(".csproj", StringComparison.Ordinal)).Should().BeEquivalentTo(listed);
    }

    [Fact]
    public void Every_block_has_a_test_project_and_a_sample()
    {
        var blocks = Repository.Packages.Where(p => p == Repository.BlockOf(p)).ToList();

        blocks
            .Where(b => !Repository.Exists($"tests/{b}.Tests/{b}.Tests.csproj"))
            .Should()
            .BeEmpty("a block has tests");
        blocks.Where(b => !Repository.Exists($"samples/{b.Split('.')[1]}/Program.cs")).Should().BeEmpty("and a sample");
    }

    [Fact]
    public void A_sample_of_a_block_is_one_small_program() =>
        Repository
            .Under("samples", "/Program.cs")
            .Where(f => !f.StartsWith("samples/FileService/", StringComparison.Ordinal))
            .Where(f => Repository.Lines(f).Length > 65)
            .Should()
            .BeEmpty("a screen shows the idea");

    [Fact]
    public void Package_versions_stand_in_Directory_Packages_props_alone() =>
        Repository
            .Files.Where(f => f.EndsWith(".csproj", StringComparison.Ordinal))
            .Where(f => VersionedReference().IsMatch(Repository.Read(f)))
            .Should()
            .BeEmpty();

    [Fact]
    public void No_file_names_a_package_source()
    {
        var host = string.Concat("nuget", ".org");

        Repository
            .Files.Where(f =>
                Path.GetExtension(f) is ".config" or ".props" or ".csproj" or ".json" or ".sh" or ".md" or ".cs"
            )
            .Where(f => Repository.Read(f).Contains(host, StringComparison.OrdinalIgnoreCase))
            .Should()
            .BeEmpty("the machine's own source, or its mirror, serves");
    }

    [GeneratedRegex("\"([^\"]+\\.csproj)\"")]
    private static partial Regex ProjectPath();

    [GeneratedRegex("<PackageReference[^>]+Version=")]
    private static partial Regex VersionedReference();
}
