using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using PerfKit.Benchmarks.Gate;
using PerfKit.Caching;
using PerfKit.TestKit;

namespace PerfKit.Benchmarks.Claims.Caching.Tiered.Histories;

/// <summary>
/// For how long the other processes still serve an older value when a set, a removal or a removal by tag of one has
/// completed: the 99th percentile, by the clock of the machine, which all processes share. What a process that was not on a
/// processor does not serve counts as served until it looked again.
/// </summary>
public sealed class NodesLag : Claim
{
    private const int Readers = 2;
    private const int Writes = 2_000;

    public override string Area => "caching-tiered";
    public override string Id => "nodes-lag";
    public override Bar Bar => Bar.AtMost(10, "ms", "<= 10 ms");
    public override bool Quick => true;

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        await using var server = await RedisServer.StartPrivateAsync();
        var readers = new List<OwnProcess>();
        try
        {
            for (var i = 0; i < Readers; i++)
            {
                var command = ChildRun.Command(LagReader.Name, server.ConnectionString);
                readers.Add(OwnProcess.Start(command[0], command[1..]));
            }

            var lags = await MeasureAsync(server.ConnectionString, readers, cancellationToken);
            lags.Sort();
            return new Measured(
                lags[lags.Count * 99 / 100],
                "ms",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Writes:N0} writes, {lags.Count:N0} of {Readers * Writes:N0} lags while connected; median {lags[lags.Count / 2]:0.00} ms, most {lags[^1]:0.0} ms"
                )
            );
        }
        finally
        {
            foreach (var reader in readers)
            {
                await reader.DisposeAsync();
            }
        }
    }

    private static async Task<List<double>> MeasureAsync(
        string servers,
        List<OwnProcess> readers,
        CancellationToken cancellationToken
    )
    {
        await using var services = LagReader.Services(servers);
        var cache = services.GetRequiredService<TieredCache>();
        var lags = new List<double>();
        for (var write = 0; write < Writes; write++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await BeginAsync(cache, write, cancellationToken);
            readers.ForEach(reader => reader.Send(write.ToString(CultureInfo.InvariantCulture)));
            foreach (var reader in readers)
            {
                await reader.WaitForLineAsync("holds", LagReader.Limit);
            }

            await WriteAsync(cache, write);
            var completed = Stopwatch.GetTimestamp();
            var isConnected = cache.IsTierAvailable;
            foreach (var reader in readers)
            {
                var line = await reader.WaitForLineAsync("served", LagReader.Limit);
                var last = long.Parse(line.AsSpan("served ".Length), CultureInfo.InvariantCulture);
                if (isConnected)
                {
                    lags.Add(Math.Max(0, (last - completed) * 1_000.0 / Stopwatch.Frequency));
                }
            }
        }

        return lags;
    }

    /// <summary>The older value, for all to read: once more where a deadline passed on its way to Redis.</summary>
    private static async Task BeginAsync(TieredCache cache, int write, CancellationToken cancellationToken)
    {
        var key = LagReader.KeyOf(write);
        do
        {
            while (!cache.IsTierAvailable)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(1), cancellationToken); // Because nothing tells of it.
            }

            await cache.SetAsync(key, 1, tags: [key], cancellationToken: cancellationToken);
        } while (!cache.IsTierAvailable);
    }

    private static ValueTask WriteAsync(TieredCache cache, int write)
    {
        var key = LagReader.KeyOf(write);
        return (write % 3) switch
        {
            0 => cache.SetAsync(key, 2),
            1 => cache.RemoveAsync(key),
            _ => cache.RemoveByTagAsync(key),
        };
    }
}

/// <summary>A process that has a value in its cache, and says when it served it for the last time.</summary>
internal static class LagReader
{
    public const string Name = "tiered-lag-reader";

    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public static string KeyOf(int write) => string.Create(CultureInfo.InvariantCulture, $"key {write}");

    public static ServiceProvider Services(string servers)
    {
        var services = new ServiceCollection();
        services.AddPerfKitTieredCache().AddRedis(o => o.Configuration = servers);
        return services.BuildServiceProvider();
    }

    public static async Task<object?> RunAsync(string servers)
    {
        await using var services = Services(servers);
        var cache = services.GetRequiredService<TieredCache>();
        while (await Console.In.ReadLineAsync() is { } line)
        {
            var key = KeyOf(int.Parse(line, CultureInfo.InvariantCulture));
            while ((await cache.TryGetAsync<int>(key)).Value != 1)
            {
                await Task.Yield(); // The tier was away for a moment.
            }

            Console.WriteLine("holds");
            var last = 0L;
            for (var isOld = true; isOld; )
            {
                isOld = await cache.TryGetAsync<int>(key) is { HasValue: true, Value: 1 };
                last = isOld ? Stopwatch.GetTimestamp() : last;
                Thread.Sleep(TimeSpan.FromMicroseconds(50)); // Because two of them must leave the processors to the others.
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"served {last}"));
        }

        return "ended";
    }
}
