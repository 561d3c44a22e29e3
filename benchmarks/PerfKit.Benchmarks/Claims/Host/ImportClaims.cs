using PerfKit.Benchmarks.Gate;

namespace PerfKit.Benchmarks.Claims.Host;

/// <summary>What an import of 20,000 documentation files takes.</summary>
public abstract class ImportClaim : Claim
{
    public sealed override string Area => "host";

    public sealed override async Task<Measured> MeasureAsync(CancellationToken cancellationToken) =>
        Read(
            await (
                Id.EndsWith("postgres", StringComparison.Ordinal) ? ImportRun.PostgreSql : ImportRun.Sqlite
            ).ForAsync(Id)
        );

    private protected abstract Measured Read(ImportRun run);
}

/// <summary>Time of the first import.</summary>
public abstract class ImportTime : ImportClaim
{
    public sealed override Bar Bar => Bar.AtMost(120, "s");

    private protected sealed override Measured Read(ImportRun run) => new(run.FirstSeconds, "s");
}

/// <summary>Peak resident set of both imports.</summary>
public abstract class ImportMemory : ImportClaim
{
    public sealed override Bar Bar => Bar.AtMost(300, "MB");

    private protected sealed override Measured Read(ImportRun run) => new(run.PeakMegabytes, "MB");
}

/// <summary>Time of the second import, which changes nothing, over the first's.</summary>
public abstract class ImportAgain : ImportClaim
{
    public sealed override Bar Bar => Bar.AtMost(0.2, "x");

    private protected sealed override Measured Read(ImportRun run) => new(run.SecondSeconds / run.FirstSeconds, "x");
}

public sealed class ImportTimeSqlite : ImportTime
{
    public override string Id => "import-time-sqlite";
}

public sealed class ImportTimePostgres : ImportTime
{
    public override string Id => "import-time-postgres";
}

public sealed class ImportMemorySqlite : ImportMemory
{
    public override string Id => "import-rss-sqlite";
}

public sealed class ImportMemoryPostgres : ImportMemory
{
    public override string Id => "import-rss-postgres";
}

public sealed class ImportAgainSqlite : ImportAgain
{
    public override string Id => "import-again-sqlite";
}

public sealed class ImportAgainPostgres : ImportAgain
{
    public override string Id => "import-again-postgres";
}
