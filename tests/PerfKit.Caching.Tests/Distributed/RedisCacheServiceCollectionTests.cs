using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using PerfKit.Caching.Tests.Redis;
using PerfKit.TestKit;
using StackExchange.Redis;

namespace PerfKit.Caching.Tests.Distributed;

public sealed class RedisCacheServiceCollectionTests
{
    [SkippableFact]
    public async Task AddPerfKitRedisCache_registers_one_cache_that_later_calls_configure()
    {
        var server = await RedisServer.SharedAsync();
        await using var services = new ServiceCollection()
            .AddDistributedMemoryCache()
            .AddPerfKitRedisCache(configure: static o => o.Configuration = "192.0.2.1:1")
            .AddPerfKitRedisCache(configure: o => o.Configuration = server.ConnectionString)
            .BuildServiceProvider();

        var cache = services.GetServices<IDistributedCache>().Should().ContainSingle().Subject;

        cache.Should().BeAssignableTo<IBufferDistributedCache>();
        await cache.SetStringAsync("registered", "yes");
        (await cache.GetStringAsync("registered")).Should().Be("yes");
    }

    [SkippableFact]
    public async Task A_user_with_the_documented_rights_can_do_everything()
    {
        await using var server = await RedisServer.StartPrivateAsync();
        var servers = await ReadmeUser.AddAsync(server, "sessions");
        await using var services = new ServiceCollection()
            .AddPerfKitRedisCache(configure: o => o.Configuration = servers)
            .BuildServiceProvider();
        var cache = services.GetRequiredService<IDistributedCache>();
        var slides = new DistributedCacheEntryOptions
        {
            SlidingExpiration = TimeSpan.FromMinutes(1),
            AbsoluteExpirationRelativeToNow = TimeSpan.FromMinutes(5),
        };

        await cache.SetStringAsync("plain", "value");
        await cache.SetStringAsync("slides", "value", slides);
        (await cache.GetStringAsync("plain")).Should().Be("value");
        await cache.RefreshAsync("slides");
        (await cache.GetStringAsync("slides")).Should().Be("value");
        await cache.RemoveAsync("slides");
        (await cache.GetStringAsync("slides")).Should().BeNull();
    }

    [SkippableFact]
    public async Task Caches_with_names_are_keyed_and_share_nothing()
    {
        var server = await RedisServer.SharedAsync();
        await using var services = new ServiceCollection()
            .AddPerfKitRedisCache("a", o => o.Configuration = server.ConnectionString)
            .AddPerfKitRedisCache("b", o => o.Configuration = server.ConnectionString)
            .BuildServiceProvider();
        await services.GetRequiredKeyedService<IDistributedCache>("a").SetStringAsync("keyed", "of a");

        var others = await services.GetRequiredKeyedService<IDistributedCache>("b").GetStringAsync("keyed");

        others.Should().BeNull();
        services.GetService<IDistributedCache>().Should().BeNull();
    }

    [SkippableFact]
    public async Task A_multiplexer_of_the_services_is_used_and_left_open()
    {
        var server = await RedisServer.SharedAsync();
        await using var shared = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString);
        await using (
            var services = new ServiceCollection()
                .AddSingleton<IConnectionMultiplexer>(_ =>
                    throw new InvalidOperationException("The keyed one comes first.")
                )
                .AddKeyedSingleton<IConnectionMultiplexer>("orders", shared)
                .AddPerfKitRedisCache("orders")
                .BuildServiceProvider()
        )
        {
            services.GetRequiredService<IStartupValidator>().Validate();
            await services.GetRequiredKeyedService<IDistributedCache>("orders").SetStringAsync("shared", "yes");
        }

        (await shared.GetDatabase().KeyDeleteAsync("pkd:orders:shared")).Should().BeTrue();
    }

    [Theory]
    [InlineData(
        null,
        1_000,
        "PerfKitRedisCacheOptions 'orders': Configuration is null but must be a connection string of StackExchange.Redis such as "
            + "localhost:6379, or else an IConnectionMultiplexer must be in the services."
    )]
    [InlineData(
        "",
        1_000,
        "PerfKitRedisCacheOptions 'orders': Configuration names no server but must be a connection string of StackExchange.Redis "
            + "such as localhost:6379."
    )]
    [InlineData(
        "localhost,word=secret",
        1_000,
        "PerfKitRedisCacheOptions 'orders': Configuration must be a connection string of StackExchange.Redis such as "
            + "localhost:6379, but: Keyword 'word' is not supported*."
    )]
    [InlineData(
        "localhost",
        49,
        "PerfKitRedisCacheOptions 'orders': CommandTimeout is 00:00:00.0490000 but must be between 00:00:00.0500000 and 00:01:00."
    )]
    [InlineData(
        "localhost",
        60_001,
        "PerfKitRedisCacheOptions 'orders': CommandTimeout is 00:01:00.0010000 but must be between 00:00:00.0500000 and 00:01:00."
    )]
    public void Options_that_cannot_be_fail_the_start_with_a_sentence(
        string? configuration,
        int timeoutMilliseconds,
        string sentence
    )
    {
        using var services = new ServiceCollection()
            .AddPerfKitRedisCache(
                "orders",
                o =>
                {
                    o.Configuration = configuration;
                    o.CommandTimeout = TimeSpan.FromMilliseconds(timeoutMilliseconds);
                }
            )
            .BuildServiceProvider();

        var start = () => services.GetRequiredService<IStartupValidator>().Validate();

        start
            .Should()
            .Throw<OptionsValidationException>()
            .WithMessage(sentence)
            .Which.Message.Should()
            .NotContain("secret");
    }

    [Fact]
    public void An_instance_name_that_UTF8_cannot_carry_fails_the_start() =>
        FaultOf("\ud800")
            .Should()
            .Be(
                "PerfKitRedisCacheOptions: InstanceName has a lone surrogate at 0 but must be text that UTF-8 can carry."
            );

    [Fact]
    public void An_instance_name_that_is_too_long_fails_the_start() =>
        FaultOf(new string('n', 201))
            .Should()
            .Be("PerfKitRedisCacheOptions: InstanceName has 201 characters but must be of 0 to 200.");

    private static string FaultOf(string instance)
    {
        using var services = new ServiceCollection()
            .AddPerfKitRedisCache(configure: o =>
            {
                o.Configuration = "localhost";
                o.InstanceName = instance;
            })
            .BuildServiceProvider();

        var start = () => services.GetRequiredService<IStartupValidator>().Validate();

        return start.Should().Throw<OptionsValidationException>().Which.Message;
    }
}
