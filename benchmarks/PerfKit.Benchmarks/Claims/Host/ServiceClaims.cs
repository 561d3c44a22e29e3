using System.Diagnostics;
using PerfKit.Benchmarks.Gate;
using PerfKit.TestKit;
using PerfKit.TestKit.Load;

namespace PerfKit.Benchmarks.Claims.Host;

/// <summary>From the start of the built program to the first page with the demo files.</summary>
public sealed class FirstPage : Claim
{
    public override string Area => "host";
    public override string Id => "first-page";
    public override Bar Bar => Bar.AtMost(10, "s");
    public override bool Quick => true;

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        using var data = new TempFolder();
        var started = Stopwatch.GetTimestamp();
        await using var service = await ServiceProcess.StartAsync(new ServiceStart(data.Path));
        var page = await service.Client.GetStringAsync("/", cancellationToken);
        return page.Contains(".md", StringComparison.Ordinal)
            ? new Measured(Stopwatch.GetElapsedTime(started).TotalSeconds, "s")
            : throw new InvalidOperationException("The first page shows no demo file.");
    }
}

/// <summary>Growth of the resident set over an upload and a download of 2 GiB.</summary>
public sealed class LargeFileMemory : Claim
{
    private const long Bytes = 2L << 30;

    public override string Area => "host";
    public override string Id => "large-file-rss";
    public override Bar Bar => Bar.AtMost(64, "MB");

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        using var data = new TempFolder();
        await using var service = await ServiceProcess.StartAsync(new ServiceStart(data.Path));
        var report = await new LargeFile(service, Bytes).RunAsync();
        var same = report.SentHash == report.ReportedHash && report.SentHash == report.ReceivedHash;
        return same && report.RangeRight
            ? new Measured(report.ResidentGrowthBytes / 1e6, "MB")
            : throw new InvalidOperationException($"The bytes that came back are not those that were sent: {report}");
    }
}

/// <summary>64 callers on all endpoints for a minute, on one engine.</summary>
public abstract class LoadClaim : Claim
{
    private static readonly SharedRun<MixedLoadReport> Sqlite = new(() => RunAsync(null));

    private static readonly SharedRun<MixedLoadReport> PostgreSql = new(async () =>
        await RunAsync(await (await PostgreSqlServer.SharedAsync()).CreateDatabaseAsync())
    );

    public sealed override string Area => "host";

    public sealed override async Task<Measured> MeasureAsync(CancellationToken cancellationToken) =>
        Read(await (Id.EndsWith("postgres", StringComparison.Ordinal) ? PostgreSql : Sqlite).ForAsync(Id));

    private protected abstract Measured Read(MixedLoadReport report);

    private static async Task<MixedLoadReport> RunAsync(string? postgreSql)
    {
        using var data = new TempFolder();
        var start = new ServiceStart(data.Path) { PostgreSql = postgreSql, Arguments = ServiceStart.Unlimited };
        await using var service = await ServiceProcess.StartAsync(start);
        return await new MixedLoad(service, new MixedLoadOptions()).RunAsync();
    }
}

/// <summary>Answers of 500 and above but 503 with Retry-After, and wrong bytes.</summary>
public abstract class LoadFaults : LoadClaim
{
    public sealed override Bar Bar => Bar.AtMost(0, "faults");

    private protected sealed override Measured Read(MixedLoadReport report) =>
        new(report.FailureCount, "faults", string.Join("; ", [$"of {report.Requests} requests", .. report.Failures]));
}

/// <summary>Share of requests refused with 503.</summary>
public abstract class LoadRefused : LoadClaim
{
    public sealed override Bar Bar => Bar.AtMost(1, "%", "< 1 %");

    private protected sealed override Measured Read(MixedLoadReport report) =>
        new(100.0 * report.Unavailable / report.Requests, "%");
}

/// <summary>Resident set of the last 20 s over that of the second 20 s.</summary>
public abstract class LoadGrowth : LoadClaim
{
    public sealed override Bar Bar => Bar.AtMost(1.1, "x");

    private protected sealed override Measured Read(MixedLoadReport report) =>
        new(report.ResidentGrowth, "x", $"peak {report.PeakResidentBytes / 1e6:0} MB");
}

public sealed class LoadFaultsSqlite : LoadFaults
{
    public override string Id => "load-faults-sqlite";
}

public sealed class LoadFaultsPostgres : LoadFaults
{
    public override string Id => "load-faults-postgres";
}

public sealed class LoadRefusedSqlite : LoadRefused
{
    public override string Id => "load-refused-sqlite";
}

public sealed class LoadRefusedPostgres : LoadRefused
{
    public override string Id => "load-refused-postgres";
}

public sealed class LoadGrowthSqlite : LoadGrowth
{
    public override string Id => "load-rss-sqlite";
}

public sealed class LoadGrowthPostgres : LoadGrowth
{
    public override string Id => "load-rss-postgres";
}
