using System.Diagnostics;
using System.Globalization;
using Npgsql;
using PerfKit.Benchmarks.Gate;
using PerfKit.Query;
using PerfKit.TestKit;

namespace PerfKit.Benchmarks.Claims.Query;

/// <summary>A refusal where pool and queue are full: the slowest of a thousand that come at once, eight at a time.</summary>
public sealed class PoolRefusal : Claim
{
    private const int Callers = 8;
    private const int Refusals = 1_000;

    public override string Area => "query";
    public override string Id => "pool-refusal";
    public override Bar Bar => Bar.AtMost(5, "ms");

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        await using var server = await PostgreSqlServer.StartPrivateAsync();
        await using var source = PoolStand.Source(await server.CreateDatabaseAsync());
        var held = await Task.WhenAll(
            Enumerable.Range(0, PoolStand.MaxOpen).Select(_ => source.OpenConnectionAsync(cancellationToken).AsTask())
        );
        var waiting = Enumerable
            .Range(0, PoolStand.MaxWaiting)
            .Select(_ => source.OpenConnectionAsync(cancellationToken).AsTask())
            .ToList();
        await RefuseAsync(source, Refusals); // Compiled.
        var times = await Task.WhenAll(
            Enumerable.Range(0, Callers).Select(_ => Task.Run(() => RefuseAsync(source, Refusals / Callers)))
        );
        foreach (var connection in held)
        {
            await connection.DisposeAsync();
        }

        foreach (var connection in waiting)
        {
            await (await connection).DisposeAsync(); // Who waited is served.
        }

        var sorted = times.SelectMany(static t => t).Order().ToList();
        var median = sorted[sorted.Count / 2].ToString("0.###", CultureInfo.InvariantCulture);
        return new Measured(sorted[^1], "ms", $"the slowest of {sorted.Count}; median {median} ms");
    }

    private static async Task<List<double>> RefuseAsync(BoundedDataSource source, int count)
    {
        var times = new List<double>(count);
        for (var i = 0; i < count; i++)
        {
            var started = Stopwatch.GetTimestamp();
            try
            {
                await source.OpenConnectionAsync();
                throw new InvalidOperationException("A full pool gave a connection.");
            }
            catch (PoolFullException)
            {
                times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }
        }

        return times;
    }
}

/// <summary>
/// What is answered under four times the load that the pool can carry, over what it carries at best: calls come at a steady rate,
/// whether or not earlier ones were answered. A query holds its connection for 2 ms.
/// </summary>
public sealed class PoolGoodput : Claim
{
    private const int Overload = 4;
    private const int Rounds = 3;
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(3);

    public override string Area => "query";
    public override string Id => "pool-goodput";
    public override Bar Bar => Bar.AtLeast(90, "%", ">= 90 %");

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        await using var server = await PostgreSqlServer.StartPrivateAsync();
        await using var source = PoolStand.Source(await server.CreateDatabaseAsync());
        var shares = new List<(double Share, string Note)>();
        for (var round = 0; round < Rounds; round++)
        {
            var peak = await PeakAsync(source, cancellationToken);
            var (answered, refused) = await OverloadAsync(source, peak * Overload, cancellationToken);
            shares.Add(
                (
                    100 * answered / peak,
                    string.Create(CultureInfo.InvariantCulture, $"{answered:0}/s of {peak:0}/s, {refused:0}/s refused")
                )
            );
        }

        var middle = shares.OrderBy(static s => s.Share).ElementAt(Rounds / 2);
        return new Measured(middle.Share, "%", middle.Note);
    }

    /// <summary>Answers a second with as many callers as connections and one more each, who never leave one idle.</summary>
    private static async Task<double> PeakAsync(BoundedDataSource source, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 2 * PoolStand.MaxOpen)
                .Select(_ =>
                    Task.Run(
                        async () =>
                        {
                            var count = 0;
                            for (; Stopwatch.GetElapsedTime(started) < Length; count++)
                            {
                                await PoolStand.QueryAsync(source, cancellationToken);
                            }

                            return count;
                        },
                        cancellationToken
                    )
                )
        );
        return answers.Sum() / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<(double Answered, double Refused)> OverloadAsync(
        BoundedDataSource source,
        double rate,
        CancellationToken cancellationToken
    )
    {
        var (answered, refused) = (0, 0);
        var calls = new List<Task>();
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) is var elapsed && elapsed < Length)
        {
            for (var due = (int)(rate * elapsed.TotalSeconds) - calls.Count; due > 0; due--)
            {
                calls.Add(Task.Run(CallAsync, cancellationToken));
            }

            await Task.Delay(1, cancellationToken); // The calls' clock.
        }

        var inTime = Volatile.Read(ref answered);
        var refusedInTime = Volatile.Read(ref refused);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        await Task.WhenAll(calls);
        return (inTime / seconds, refusedInTime / seconds);

        async Task CallAsync()
        {
            try
            {
                await PoolStand.QueryAsync(source, cancellationToken);
                Interlocked.Increment(ref answered);
            }
            catch (PoolFullException)
            {
                Interlocked.Increment(ref refused);
            }
        }
    }
}

internal static class PoolStand
{
    public const int MaxOpen = 8;
    public const int MaxWaiting = 16;

    public static BoundedDataSource Source(string text) =>
        new(
            NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(text) { MaxAutoPrepare = 10 }),
            MaxOpen,
            MaxWaiting
        );

    public static async Task QueryAsync(BoundedDataSource source, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = "select pg_sleep(0.002)";
        await command.ExecuteScalarAsync(cancellationToken);
    }
}
