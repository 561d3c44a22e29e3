using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using PerfKit.Benchmarks.Gate;
using PerfKit.Query;
using PerfKit.TestKit;

namespace PerfKit.Benchmarks.Claims.Query;

/// <summary>
/// Sixteen writers of one file, each with a connection, that read a row and write it back: the longest that one of them
/// waits for a commit, with the driver's own BeginTransaction over TransactAsync. The median of interleaved rounds,
/// which work equally long.
/// </summary>
public sealed class SqliteWriters : Claim
{
    private const int Writers = 16;
    private const int Rounds = 5;
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(2);

    public override string Area => "query";
    public override string Id => "sqlite-writers";
    public override Bar Bar => Bar.AtLeast(5, "x", ">= 5x");

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        using var folder = new TempFolder();
        await using var source = new SqliteDataSource($"Data Source={folder.File("writers.db")}");
        await using (var connection = await source.OpenConnectionAsync(cancellationToken))
        {
            await RunAsync(connection, null, "create table t (i integer not null); insert into t values (0)");
        }

        var (before, after) = (new List<Round>(), new List<Round>());
        for (var round = 0; round < Rounds; round++)
        {
            before.Add(await WriteAsync(source, ByDriverAsync, cancellationToken));
            after.Add(await WriteAsync(source, InTurnAsync, cancellationToken));
        }

        var (slow, fast) = (Middle(before, static r => r.LongestMs), Middle(after, static r => r.LongestMs));
        var (few, many) = (Middle(before, static r => r.PerSecond), Middle(after, static r => r.PerSecond));
        return new Measured(
            slow / fast,
            "x",
            string.Create(
                CultureInfo.InvariantCulture,
                $"longest wait {slow:0} ms by the driver, {fast:0} ms in turn; {few:0} and {many:0} commits/s"
            )
        );
    }

    private static double Middle(List<Round> rounds, Func<Round, double> of) =>
        rounds.Select(of).Order().ElementAt(Rounds / 2);

    private static async Task<Round> WriteAsync(
        SqliteDataSource source,
        Func<SqliteConnection, Task> write,
        CancellationToken cancellationToken
    )
    {
        var started = Stopwatch.GetTimestamp();
        var all = await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Task.Run(OneAsync, cancellationToken)));
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return new(all.Sum(static w => w.Commits) / seconds, all.Max(static w => w.Longest.TotalMilliseconds));

        async Task<(int Commits, TimeSpan Longest)> OneAsync()
        {
            var (commits, longest) = (0, TimeSpan.Zero);
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            while (Stopwatch.GetElapsedTime(started) < Length)
            {
                var began = Stopwatch.GetTimestamp();
                await write(connection);
                var took = Stopwatch.GetElapsedTime(began);
                longest = took > longest ? took : longest;
                commits++;
            }

            return (commits, longest);
        }
    }

    private static async Task ByDriverAsync(SqliteConnection connection)
    {
        await using var transaction = await connection.BeginTransactionAsync();
        await IncrementAsync(connection, transaction);
        await transaction.CommitAsync();
    }

    private static Task InTurnAsync(SqliteConnection connection) => connection.TransactAsync(IncrementAsync);

    private static async Task<int> IncrementAsync(DbConnection connection, DbTransaction transaction)
    {
        var seen = (long)(await RunAsync(connection, transaction, "select i from t"))!;
        await RunAsync(connection, transaction, $"update t set i = {seen + 1}");
        return 0;
    }

    private static Task<object?> RunAsync(DbConnection connection, DbTransaction? transaction, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = transaction;
        return command.ExecuteScalarAsync();
    }

    private sealed record Round(double PerSecond, double LongestMs);
}
