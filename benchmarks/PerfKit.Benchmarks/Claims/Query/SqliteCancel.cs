using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;
using PerfKit.Benchmarks.Gate;
using PerfKit.Query;
using PerfKit.TestKit;

namespace PerfKit.Benchmarks.Claims.Query;

/// <summary>From a cancelled token to the end of the statement it stops, the slowest of four kinds of statement on a file.</summary>
public sealed class SqliteCancel : Claim
{
    private const int Rounds = 15;
    private const int MostMilliseconds = 100;

    private static readonly string[] Statements =
    [
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < 100000000000) select count(*) from n",
        "select count(*) from texts a, texts b where a.text || b.text like '%nowhere%'",
        "select a.id from texts a, texts b order by a.text || b.text limit 1",
        "insert into texts (text) select a.text || b.text from texts a, texts b",
    ];

    public override string Area => "query";
    public override string Id => "sqlite-cancel";
    public override Bar Bar => Bar.AtMost(20, "ms");

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        using var folder = new TempFolder();
        await using var source = SqliteFactory.Instance.CreateDataSource(
            $"Data Source={folder.File("cancel.db")};Pooling=False"
        );
        await using var connection = (SqliteConnection)await source.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            """
            pragma journal_mode = wal;
            create table texts (id integer primary key, text text not null);
            with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000)
            insert into texts (text) select hex(randomblob(500)) from n
            """
        );
        var random = new Random(1);
        var times = new List<double>();
        for (var round = 0; round < Rounds * Statements.Length; round++)
        {
            var pause = TimeSpan.FromMilliseconds(random.Next(5, MostMilliseconds));
            times.Add(await CancelAsync(connection, Statements[round % Statements.Length], pause, cancellationToken));
        }

        times.Sort();
        var median = times[times.Count / 2].ToString("0.##", CultureInfo.InvariantCulture);
        return new Measured(times[^1], "ms", $"the slowest of {times.Count}; median {median} ms");
    }

    private static async Task<double> CancelAsync(
        SqliteConnection connection,
        string sql,
        TimeSpan pause,
        CancellationToken cancellationToken
    )
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var run = connection.RunAsync(c => c.ExecuteScalarAsync<long>(sql), cancel.Token);
        await Task.Delay(pause, cancellationToken);
        var started = Stopwatch.GetTimestamp();
        await cancel.CancelAsync();
        try
        {
            await run;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        }

        throw new InvalidOperationException($"The statement ended before it was cancelled: {sql}");
    }
}
