using FileService.Tests.Collection;
using FileService.Tests.Commands;
using FileService.Tests.Crash;
using FileService.Tests.Fixture;
using Xunit.Abstractions;

[assembly: TestCollectionOrderer("FileService.Tests.Fixture." + nameof(LongestFirst), "FileService.Tests")]

namespace FileService.Tests.Fixture;

/// <summary>Collections run side by side: one of half a minute that begins last would keep every other core waiting.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Long =
    [
        nameof(InterleavingTests),
        nameof(PostgreSqlSuddenDeaths),
        nameof(SqliteSuddenDeaths),
        nameof(Imports),
        nameof(Compares),
    ];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderByDescending(static c =>
            Long.Any(name => c.DisplayName.EndsWith($".{name}", StringComparison.Ordinal))
        );
}
