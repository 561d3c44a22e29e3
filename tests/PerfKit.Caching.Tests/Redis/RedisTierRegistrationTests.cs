using Microsoft.Extensions.DependencyInjection;
using PerfKit.Caching.Internal.RedisTiers;
using PerfKit.TestKit;
using StackExchange.Redis;

namespace PerfKit.Caching.Tests.Redis;

public sealed class RedisTierRegistrationTests
{
    [SkippableFact]
    public async Task AddRedis_registers_a_tier_under_the_caches_name_over_a_shared_connection()
    {
        var server = await RedisServer.SharedAsync();
        var services = new ServiceCollection();
        services.AddSingleton<IConnectionMultiplexer>(_ => ConnectionMultiplexer.Connect(server.ConnectionString));
        new TieredCacheBuilder(services, "pages").AddRedis(o => o.Prefix = TierNode.NewName());
        await using var provider = services.BuildServiceProvider();
        var tier = provider.GetRequiredKeyedService<ICacheTier>("pages");
        var heard = new HeardChanges();

        using var listening = tier.Listen(heard);
        await heard.UntilAsync("restored");
    }

    [Fact]
    public void AddRedis_without_a_server_says_what_to_set()
    {
        var services = new ServiceCollection();
        new TieredCacheBuilder(services, "pages").AddRedis();
        using var provider = services.BuildServiceProvider();

        provider
            .Invoking(p => p.GetRequiredKeyedService<ICacheTier>("pages"))
            .Should()
            .Throw<InvalidOperationException>()
            .WithMessage("*'pages' has no server: set RedisTierOptions.Configuration*");
    }

    public static TheoryData<Action<RedisTierOptions>, string> Faults =>
        new()
        {
            { o => o.Shards = 0, "Shards is 0 but must be between 1 and 1024" },
            { o => o.TagCapacity = 99, "TagCapacity is 99 but must be" },
            { o => o.LocalTagCapacity = 1, "LocalTagCapacity is 1 but must be" },
            { o => o.CommandTimeout = TimeSpan.Zero, "CommandTimeout is 00:00:00 but must be" },
            { o => o.HeartbeatInterval = TimeSpan.Zero, "HeartbeatInterval is 00:00:00 but must be" },
            { o => o.ClaimLease = TimeSpan.FromMilliseconds(1), "ClaimLease is 00:00:00.0010000 but must be" },
            { o => o.ConfigurationOptions = new ConfigurationOptions(), "are both set but must be given once" },
            { o => o.Configuration = "", "Configuration names no server but must be a connection string" },
            { o => o.Configuration = "localhost:6379,nothing=1", "Configuration must be a connection string" },
            {
                o => (o.Configuration, o.ConfigurationOptions) = (null, new ConfigurationOptions()),
                "ConfigurationOptions names no server"
            },
            { o => o.Prefix = null!, "Prefix is null but must be" },
        };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_value_out_of_range_is_named(Action<RedisTierOptions> configure, string sentence)
    {
        var options = new RedisTierOptions { Configuration = "localhost" };
        configure(options);

        new RedisTierOptionsValidator().Validate("pages", options).FailureMessage.Should().Contain(sentence);
    }
}
