using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using PerfKit.Benchmarks.Gate;
using PerfKit.Caching;
using PerfKit.TestKit;
using PerfKit.TestKit.Histories;

namespace PerfKit.Benchmarks.Claims.Caching.Tiered.Histories;

/// <summary>
/// Histories in which a reader of a process gets an older value than a set, a removal or a removal by tag of that process
/// had made known before the read began: seeded interleavings within loads and writes, alone, with all that may serve old
/// values, and over Redis; and threads that race.
/// </summary>
public sealed class StaleLocal : Claim
{
    private const int Seed = 7_000_001;
    private const int Lanes = 64;
    private const int Racing = 4;

    // Each part ends with its first. A repeat does not undo what was found, for threads do not race twice the same way.
    private static readonly ConcurrentQueue<string> Found = new();

    private static readonly CacheSearch Exact = new() { Keys = 3, Settle = SeededSchedule.UntilIdle };
    private static readonly CacheSearch Timed = new() { Keys = 3, Settle = TimeSpan.FromMilliseconds(2) };
    private static readonly CacheSearch Races = new() { Keys = 3, Steps = 200 };

    private readonly List<string> _notes = [];

    public override string Area => "caching-tiered";
    public override string Id => "stale-local";
    public override Bar Bar => Bar.AtMost(0, "stale reads", "<= 0");
    public override bool Quick => true;

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        if (Found.IsEmpty)
        {
            await PlayAsync(cancellationToken);
        }

        return new Measured(Found.Count, "stale reads", string.Join("; ", Found.Concat(_notes)));
    }

    private async Task PlayAsync(CancellationToken cancellationToken)
    {
        var more = GateRun.IsQuick ? 1 : 10;
        await PlayAsync("alone", 2_000 * more, StartAlone, cancellationToken);
        await PlayAsync("serving old values", 2_000 * more, StartServingOld, cancellationToken);
        await OverRedisAsync(1_000 * more, cancellationToken);
        await RaceAsync(1_000 * more, cancellationToken);
    }

    private static ValueTask<ICacheNodes> StartAlone(int seed) =>
        new(new OwnCache(new TieredCache(new TieredCacheOptions()), seed, null));

    private static ValueTask<ICacheNodes> StartServingOld(int seed)
    {
        var clock = new FakeTimeProvider();
        var options = new TieredCacheOptions
        {
            Entries = new TieredEntryOptions
            {
                Expiration = TimeSpan.FromSeconds(2),
                EarlyRefresh = 0.5,
                StaleWhileRevalidate = TimeSpan.FromSeconds(2),
                FailSafe = TimeSpan.FromHours(1),
                SoftTimeout = TimeSpan.FromSeconds(1),
                HardTimeout = TimeSpan.FromSeconds(3),
            },
        };
        return new(new OwnCache(new TieredCache(options, null, clock), seed, clock));
    }

    private async Task PlayAsync(
        string name,
        int count,
        Func<int, ValueTask<ICacheNodes>> start,
        CancellationToken cancellationToken
    )
    {
        var violation = await Exact.RunAsync(Seed, count, start, cancellationToken);
        await AddAsync(violation, count, name);
    }

    private async Task OverRedisAsync(int count, CancellationToken cancellationToken)
    {
        await using var server = await RedisServer.StartPrivateAsync();
        var services = new ServiceCollection();
        services.AddPerfKitTieredCache().AddRedis(o => o.Configuration = server.ConnectionString);
        await using var provider = services.BuildServiceProvider();
        var tier = new SteppedTier(provider.GetRequiredKeyedService<ICacheTier>(""));
        using var cache = new TieredCache(new TieredCacheOptions(), tier);
        var found = new ConcurrentQueue<CacheViolation>();
        await Parallel.ForAsync(
            Seed,
            Seed + count,
            new ParallelOptions { MaxDegreeOfParallelism = Lanes, CancellationToken = cancellationToken },
            async (seed, _) =>
            {
                if (await Timed.PlayOnceAsync(seed, _ => new(new CacheNode(cache, seed, null))) is { } violation)
                {
                    found.Enqueue(violation);
                }
            }
        );
        await AddAsync(found.MinBy(static it => it.Operations.Count), count, "over Redis");
    }

    private async Task RaceAsync(int count, CancellationToken cancellationToken)
    {
        using var cache = new TieredCache(new TieredCacheOptions());
        CacheViolation? found = null;
        for (var seed = Seed; seed < Seed + count && found is null; seed++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            found = await Races.RaceAsync(seed, Racing, _ => new(new CacheNode(cache, seed, null, isRace: true)));
        }

        await AddAsync(found, count, $"of {Racing} racing threads");
    }

    private async Task AddAsync(CacheViolation? violation, int count, string name)
    {
        if (violation is null)
        {
            _notes.Add(string.Create(CultureInfo.InvariantCulture, $"{count:N0} seeds {name}"));
            return;
        }

        Found.Enqueue(
            string.Create(CultureInfo.InvariantCulture, $"{name}: seed {violation.Seed - Seed + 1:N0} is wrong")
        );
        await Console.Error.WriteLineAsync(violation.ToString());
    }

    private sealed class OwnCache(TieredCache cache, int seed, FakeTimeProvider? clock) : ICacheNodes
    {
        private readonly CacheNode _node = new(cache, seed, clock);

        public ValueTask<long> ReadAsync(int node, string key, Func<ValueTask<long>> load) =>
            _node.ReadAsync(node, key, load);

        public ValueTask WriteAsync(int node, CacheOperationKind how, string key, long value) =>
            _node.WriteAsync(node, how, key, value);

        public ValueTask DisposeAsync()
        {
            cache.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
