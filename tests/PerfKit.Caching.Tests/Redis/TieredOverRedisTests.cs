using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using PerfKit.Caching.Tests.Tiers;
using PerfKit.TestKit;

namespace PerfKit.Caching.Tests.Redis;

/// <summary>Tiered caches of several processes, as far as one process can play them, over a real Redis.</summary>
public sealed class TieredOverRedisTests : IAsyncLifetime
{
    private readonly List<ServiceProvider> _processes = [];
    private readonly string _name = "tiered" + Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
    private RedisServer _server = null!;

    public async Task InitializeAsync() => _server = await RedisServer.SharedAsync();

    public async Task DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }
    }

    [SkippableFact]
    public async Task What_one_made_another_finds_and_a_removal_by_one_is_heard_by_the_other()
    {
        var (one, two) = (Process(), Process());
        await one.GetOrCreateAsync("key", _ => ValueTask.FromResult("made"));
        (await two.GetOrCreateAsync("key", _ => ValueTask.FromResult("again"))).Should().Be("made");

        await one.RemoveAsync("key");

        await EventuallyAsync(async () =>
            (await two.GetOrCreateAsync("key", _ => ValueTask.FromResult("new"))) == "new"
        );
    }

    [SkippableFact]
    public async Task A_tag_removed_by_one_is_removed_for_the_other_also_in_its_own_memory()
    {
        var (one, two) = (Process(), Process());
        await one.SetAsync("key", "old", tags: ["tag"]);
        (await two.GetOrCreateAsync("key", _ => ValueTask.FromResult("made"))).Should().Be("old");

        await one.RemoveByTagAsync("tag");

        await EventuallyAsync(async () =>
            (await two.GetOrCreateAsync("key", _ => ValueTask.FromResult("new"))) == "new"
        );
    }

    [SkippableFact]
    public async Task A_cold_key_is_made_once_over_all_processes()
    {
        var caches = Enumerable.Range(0, 3).Select(_ => Process()).ToList();
        var calls = 0;
        var slow = new TaskCompletionSource<int>();

        var callers = Enumerable
            .Range(0, 300)
            .Select(i =>
                caches[i % 3]
                    .GetOrCreateAsync(
                        "cold",
                        async _ =>
                        {
                            Interlocked.Increment(ref calls);
                            return await slow.Task;
                        }
                    )
                    .AsTask()
            )
            .ToList();
        await EventuallyAsync(() => Task.FromResult(Volatile.Read(ref calls) == 1));
        slow.SetResult(42);

        (await Task.WhenAll(callers)).Should().AllBeEquivalentTo(42);
        calls.Should().Be(1);
    }

    [SkippableFact]
    public async Task Waits_for_another_process_and_the_lag_of_what_is_heard_are_told()
    {
        var (one, two) = (Process(), Process());
        using var seen = new MeterFigures(_processes[1].GetRequiredService<IMeterFactory>());
        var made = new TaskCompletionSource<int>();
        var isMaking = new TaskCompletionSource();
        var maker = one.GetOrCreateAsync(
            "waited",
            async _ =>
            {
                isMaking.SetResult();
                return await made.Task;
            }
        );
        await isMaking.Task;
        var waiter = two.GetOrCreateAsync("waited", _ => ValueTask.FromResult(0)).AsTask();
        await EventuallyAsync(() => Task.FromResult(seen[$"tier.lag {_name}"] > 0)); // Comes with a heartbeat.
        made.SetResult(1);

        (await waiter).Should().Be(1);
        (await maker).Should().Be(1);
        seen[$"tier.waits {_name}"].Should().Be(1);
        seen[$"tier.hits {_name}"].Should().Be(1);
    }

    private HybridCache Process()
    {
        var services = new ServiceCollection();
        services.AddMetrics();
        services.AddPerfKitTieredCache(_name).AddRedis(o => o.Configuration = _server.ConnectionString);
        var process = services.BuildServiceProvider();
        _processes.Add(process);
        return process.GetRequiredKeyedService<HybridCache>(_name);
    }

    private static async Task EventuallyAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (!await holds())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
