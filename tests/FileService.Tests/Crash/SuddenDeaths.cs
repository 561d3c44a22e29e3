using System.Globalization;
using FileService.Tests.Fixture;
using PerfKit.TestKit;
using Xunit.Abstractions;

namespace FileService.Tests.Crash;

/// <summary>
/// <c>kill -9</c> of the built program at 50 seeded moments: in the middle of uploads and collections, and of imports.
/// <c>PERFKIT_CRASH_ROUNDS</c> asks for more than the 25 of each engine, <c>PERFKIT_CRASH_SEED</c> for other moments.
/// </summary>
public abstract class SuddenDeaths(Engine engine, ITestOutputHelper output)
{
    private const int ImportEvery = 4;

    [SkippableFact]
    public async Task Deaths_at_any_moment_lose_nothing_acknowledged_and_leave_no_part_and_no_orphan()
    {
        var database = await ServiceFixture.DatabaseAsync(engine);
        var (rounds, seed) = (Setting("PERFKIT_CRASH_ROUNDS", 25), Setting("PERFKIT_CRASH_SEED", 2));
        using var folder = new TempFolder();
        var run = new CrashRun(folder.Path, database, seed);

        for (var round = 0; round < rounds; round++)
        {
            await (
                round % ImportEvery == ImportEvery - 1 ? run.KillWhileImportingAsync() : run.KillWhileWritingAsync()
            );
        }

        await run.EndWholeAsync();
        output.WriteLine($"{rounds} deaths, {run.Acknowledged} acknowledged writes, seed {seed}");
        run.Acknowledged.Should().BeGreaterThan(rounds * 5, "the deaths are to come in the middle of work");
    }

    private static int Setting(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var value)
            ? value
            : otherwise;
}

public sealed class SqliteSuddenDeaths(ITestOutputHelper output) : SuddenDeaths(Engine.Sqlite, output);

public sealed class PostgreSqlSuddenDeaths(ITestOutputHelper output) : SuddenDeaths(Engine.PostgreSql, output);
