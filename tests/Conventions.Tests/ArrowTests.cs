namespace Conventions.Tests;

/// <summary>The arrows that may exist between projects (docs/design tells why): blocks stand side by side.</summary>
public sealed class ArrowTests
{
    /// <summary>An engine and the one third party it joins its block to.</summary>
    private static readonly Dictionary<string, string> Engines = new()
    {
        ["PerfKit.Caching.AspNetCore"] = "Microsoft.AspNetCore.App",
        ["PerfKit.Caching.Redis"] = "StackExchange.Redis",
        ["PerfKit.Query.Dapper"] = "Dapper",
        ["PerfKit.Query.PostgreSql"] = "Npgsql",
        ["PerfKit.Query.Sqlite"] = "Microsoft.Data.Sqlite",
        ["PerfKit.Streaming.AspNetCore"] = "Microsoft.AspNetCore.App",
        ["PerfKit.Streaming.S3"] = "AWSSDK.S3",
        ["PerfKit.RateLimit.Redis"] = "StackExchange.Redis",
        ["PerfKit.RateLimit.AspNetCore"] = "Microsoft.AspNetCore.App",
        ["PerfKit.Jobs.PostgreSql"] = "Npgsql",
        ["PerfKit.Jobs.Sqlite"] = "Microsoft.Data.Sqlite",
    };

    /// <summary>Helpers without dependencies that a block may take.</summary>
    private static readonly Dictionary<string, string> Helpers = new() { ["PerfKit.Jobs"] = "Cronos" };

    private static IEnumerable<string> Blocks => Repository.Packages.Where(p => p == Repository.BlockOf(p));

    private static IEnumerable<string> FoundEngines => Repository.Packages.Except(Blocks);

    [Fact]
    public void A_block_stands_on_the_framework_alone()
    {
        var offences =
            from block in Blocks
            let project = ProjectFile.OfPackage(block)
            from reference in project.Packages.Where(p => !IsGround(block, p)).Concat(project.Frameworks)
            select $"{block} -> {reference}";

        Blocks.Should().NotBeEmpty();
        offences.Should().BeEmpty();
    }

    [Fact]
    public void A_block_sees_no_other_package_of_the_family() =>
        Blocks
            .SelectMany(b => ProjectFile.OfPackage(b).Projects.Select(p => $"{b} -> {p}"))
            .Should()
            .BeEmpty("blocks meet in the host");

    [Fact]
    public void An_engine_is_a_known_one() => FoundEngines.Except(Engines.Keys).Should().BeEmpty();

    [Fact]
    public void An_engine_references_its_own_block_and_one_third_party()
    {
        var offences =
            from engine in FoundEngines
            let project = ProjectFile.OfPackage(engine)
            let block = Repository.BlockOf(engine)
            from reference in project
                .Projects.Where(p => p != block)
                .Concat(
                    project.Packages.Concat(project.Frameworks).Where(p => p != Engines[engine] && !IsGround(block, p))
                )
            select $"{engine} -> {reference}";

        offences.Should().BeEmpty();
    }

    [Fact]
    public void An_engine_references_its_block() =>
        FoundEngines.Where(e => !ProjectFile.OfPackage(e).Projects.Contains(Repository.BlockOf(e))).Should().BeEmpty();

    [Fact]
    public void A_package_links_source_from_src_Shared_only()
    {
        var offences =
            from package in Repository.Packages
            from source in ProjectFile.OfPackage(package).LinkedSources
            where !source.StartsWith("src/Shared/", StringComparison.Ordinal)
            select $"{package} compiles {source}";

        offences.Should().BeEmpty();
    }

    [Fact]
    public void Shared_source_is_at_most_ten_files_each_used_by_several()
    {
        var uses = Repository
            .Packages.SelectMany(p => ProjectFile.OfPackage(p).LinkedSources)
            .GroupBy(s => s)
            .ToDictionary(g => g.Key, g => g.Count());
        var shared = Repository.Under("src/Shared", ".cs").ToList();

        shared.Count.Should().BeLessThanOrEqualTo(10);
        shared.Where(s => uses.GetValueOrDefault(s) < 2).Should().BeEmpty("what one package uses belongs into it");
    }

    [Fact]
    public void Nothing_is_called_Common_or_Abstractions_or_DependencyInjection() =>
        Repository
            .Packages.Where(p => p.Split('.')[^1] is "Common" or "Core" or "Abstractions" or "DependencyInjection")
            .Should()
            .BeEmpty();

    private static bool IsGround(string block, string package) =>
        package.StartsWith("System.", StringComparison.Ordinal)
        || package.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal)
        || Helpers.GetValueOrDefault(block) == package;
}
