using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using PerfKit.Benchmarks.Gate;
using PerfKit.Caching;

namespace PerfKit.Benchmarks.Claims.Caching.Tiered;

/// <summary>A factory that fails fails all who wait for it, in one call; a second one is a caller's that came after it.</summary>
public sealed class Failing : Claim
{
    private const int Callers = 1_000;

    public override string Area => "caching-tiered";
    public override string Id => "failing";
    public override Bar Bar => Bar.AtMost(2, "calls");
    public override bool Quick => true;

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        using var cache = new TieredCache(new TieredCacheOptions());
        var calls = 0;
        var failed = 0;
        await Task.WhenAll(
            Enumerable
                .Range(0, Callers)
                .Select(_ =>
                    Task.Run(
                        async () =>
                        {
                            try
                            {
                                await cache.GetOrCreateAsync("key", FailAsync, cancellationToken: cancellationToken);
                            }
                            catch (InvalidDataException)
                            {
                                Interlocked.Increment(ref failed);
                            }
                        },
                        cancellationToken
                    )
                )
        );
        return failed == Callers
            ? new Measured(calls, "calls", $"{Callers} callers failed")
            : throw new InvalidOperationException($"{failed} of {Callers} callers failed.");

        async ValueTask<int> FailAsync(CancellationToken token)
        {
            Interlocked.Increment(ref calls);
            await Task.Delay(TimeSpan.FromMilliseconds(100), token); // Because the factory is to take its time, as in what is compared.
            throw new InvalidDataException();
        }
    }
}

/// <summary>Two names never see each other's values, alone and over one distributed cache.</summary>
public sealed class Names : Claim
{
    private const int Keys = 500; // Each as itself and as what another name and key would be if they were joined.

    public override string Area => "caching-tiered";
    public override string Id => "names";
    public override Bar Bar => Bar.AtMost(0, "values");
    public override bool Quick => true;

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        string[] names = ["", "a", "a:", ":a", "1:a", "k", "0::k", ":k:a", "k:a:"];
        var services = new ServiceCollection();
        services.AddDistributedMemoryCache();
        foreach (var name in names)
        {
            services.AddPerfKitTieredCache(name).AddDistributedCache();
            services.AddPerfKitTieredCache("alone " + name);
        }

        await using var provider = services.BuildServiceProvider();
        var shared = 0;
        foreach (var alone in new[] { "", "alone " })
        {
            var caches = names.Select(name => Cache(provider, alone + name)).ToList();
            shared += await SharedAsync(caches, cancellationToken);
        }

        return new Measured(shared, "values", $"{2 * names.Length} names, {3 * Keys} keys each");
    }

    private static async Task<int> SharedAsync(List<HybridCache> caches, CancellationToken cancellationToken)
    {
        var shared = 0;
        for (var round = 0; round < 2; round++) // The second from where the first left them.
        {
            for (var key = 0; key < Keys; key++)
            {
                for (var cache = 0; cache < caches.Count; cache++)
                {
                    foreach (var text in (string[])[$"{key}", $"a:k:{key}", $":{key}"])
                    {
                        var value = await caches[cache]
                            .GetOrCreateAsync(
                                text,
                                cache,
                                static (cache, _) => ValueTask.FromResult(cache),
                                cancellationToken: cancellationToken
                            );
                        shared += value == cache ? 0 : 1;
                    }
                }
            }
        }

        return shared;
    }

    private static HybridCache Cache(IServiceProvider provider, string name) =>
        name.Length == 0
            ? provider.GetRequiredService<HybridCache>()
            : provider.GetRequiredKeyedService<HybridCache>(name);
}
