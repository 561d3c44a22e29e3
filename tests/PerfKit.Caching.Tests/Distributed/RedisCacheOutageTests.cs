using System.Globalization;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using PerfKit.TestKit;
using PerfKit.TestKit.Faults;
using StackExchange.Redis;

namespace PerfKit.Caching.Tests.Distributed;

/// <summary>What calls do while Redis is silent, cut off or not there yet, and when it is back.</summary>
public sealed class RedisCacheOutageTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(4); // A busy machine's share on top.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [SkippableFact]
    public async Task A_silent_Redis_fails_each_call_within_the_timeout_and_serves_again_when_it_speaks()
    {
        await using var proxy = await StartAsync();
        await using var services = Services(proxy);
        var cache = services.GetRequiredService<IDistributedCache>();
        await UntilServedAsync(cache);
        proxy.ToClients.IsHeld = true;

        await Task.WhenAll(Calls(cache).Select(FaultOfAsync));

        proxy.ToClients.IsHeld = false;
        await UntilServedAsync(cache);
    }

    [SkippableFact]
    public async Task A_Redis_that_is_cut_off_fails_each_call_at_once_and_serves_again_when_it_is_back()
    {
        await using var proxy = await StartAsync();
        await using var services = Services(proxy, 10 * Limit);
        var cache = services.GetRequiredService<IDistributedCache>();
        await UntilServedAsync(cache);
        proxy.Refuses = true;
        proxy.Reset();

        foreach (var call in Calls(cache))
        {
            (await FaultOfAsync(call)).Should().BeAssignableTo<RedisConnectionException>();
        }

        proxy.Refuses = false;
        await UntilServedAsync(cache);
    }

    [SkippableFact]
    public async Task A_Redis_that_comes_after_the_start_is_found()
    {
        await using var proxy = await StartAsync();
        proxy.Refuses = true;
        await using var services = Services(proxy);
        var cache = services.GetRequiredService<IDistributedCache>();
        await FaultOfAsync(() => cache.GetAsync("late"));

        proxy.Refuses = false;

        await UntilServedAsync(cache);
    }

    private static async Task<FaultProxy> StartAsync()
    {
        var server = await RedisServer.SharedAsync();
        var port = server.ConnectionString[(server.ConnectionString.LastIndexOf(':') + 1)..];
        return FaultProxy.Start(int.Parse(port, CultureInfo.InvariantCulture));
    }

    private static ServiceProvider Services(FaultProxy proxy, TimeSpan? timeout = null) =>
        new ServiceCollection()
            .AddPerfKitRedisCache(configure: o =>
            {
                o.Configuration = $"127.0.0.1:{proxy.Port}";
                o.InstanceName = "outages";
                o.CommandTimeout = timeout ?? Timeout;
            })
            .BuildServiceProvider();

    private static IEnumerable<Func<Task>> Calls(IDistributedCache cache) =>
        [
            () => cache.GetAsync("k"),
            () => cache.SetAsync("k", [1]),
            () => cache.SetAsync("k", [1], Sliding()),
            () => cache.RefreshAsync("k"),
            () => cache.RemoveAsync("k"),
            () => OnThread(() => cache.Get("k")),
            () => OnThread(() => cache.Set("k", [1])),
            () => OnThread(() => cache.Set("k", [1], Sliding())),
            () => OnThread(() => cache.Refresh("k")),
            () => OnThread(() => cache.Remove("k")),
        ];

    /// <summary>Not on one of the few threads that answers arrive on.</summary>
    private static Task OnThread(Action call) =>
        Task.Factory.StartNew(call, default, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static DistributedCacheEntryOptions Sliding() =>
        new() { SlidingExpiration = TimeSpan.FromMinutes(1), AbsoluteExpirationRelativeToNow = TimeSpan.FromHours(1) };

    private static async Task<Exception> FaultOfAsync(Func<Task> call)
    {
        var from = TimeProvider.System.GetTimestamp();
        var fault = await Record.ExceptionAsync(call);
        TimeProvider.System.GetElapsedTime(from).Should().BeLessThan(Limit);
        (fault is RedisTimeoutException or RedisConnectionException).Should().BeTrue($"it is {fault}");
        fault!.Message.Should().MatchRegex("^Redis at .* could not be asked to [a-z]* an entry: [^.]*\\.$");
        return fault;
    }

    private static async Task UntilServedAsync(IDistributedCache cache)
    {
        var from = TimeProvider.System.GetTimestamp();
        while (await Record.ExceptionAsync(() => ServeAsync(cache)) is { } fault)
        {
            TimeProvider.System.GetElapsedTime(from).Should().BeLessThan(Patience, $"it still says {fault.Message}");
            await Task.Yield();
        }
    }

    private static async Task ServeAsync(IDistributedCache cache)
    {
        await cache.SetStringAsync("served", "again");
        (await cache.GetStringAsync("served")).Should().Be("again");
    }
}
