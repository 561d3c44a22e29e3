using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace PerfKit.Caching.Tests.Output;

public sealed class OutputCacheRegistrationTests
{
    [Fact]
    public void It_is_the_store_whether_AddOutputCache_comes_before_or_after()
    {
        var before = new ServiceCollection().AddLogging().AddOutputCache();
        before.AddPerfKitOutputCache();
        var after = new ServiceCollection().AddLogging();
        after.AddPerfKitOutputCache();
        after.AddOutputCache();

        foreach (var services in new[] { before, after })
        {
            using var provider = services.BuildServiceProvider();
            var stores = provider.GetServices<IOutputCacheStore>().ToList();

            stores.Should().ContainSingle().Which.Should().BeAssignableTo<IOutputCacheBufferStore>();
            stores[0].GetType().Assembly.GetName().Name.Should().Be("PerfKit.Caching.AspNetCore");
        }
    }

    [Fact]
    public void Its_capacity_is_the_frameworks_SizeLimit_and_keys_may_be_long()
    {
        var options = OptionsOf(services =>
        {
            services.AddOutputCache(static o => o.SizeLimit = 5_000_000);
            services.AddPerfKitOutputCache();
        });

        options.CapacityBytes.Should().Be(5_000_000);
        options.MaximumKeyLength.Should().Be(65_536);
    }

    [Fact]
    public void What_the_application_says_wins_over_the_defaults_wherever_it_stands()
    {
        var section = new ConfigurationBuilder()
            .AddInMemoryCollection([new("MaximumKeyLength", "3000"), new("CapacityBytes", "1000000")])
            .Build();
        var options = OptionsOf(services =>
        {
            services.Configure<TieredCacheOptions>("output", section);
            services.AddPerfKitOutputCache(static o => o.CapacityBytes = 2_000_000);
            services.AddPerfKitOutputCache();
        });

        options.MaximumKeyLength.Should().Be(3_000);
        options.CapacityBytes.Should().Be(2_000_000);
    }

    [Fact]
    public void A_SizeLimit_below_the_least_capacity_is_the_least_capacity() =>
        OptionsOf(services =>
        {
            services.AddOutputCache(static o => o.SizeLimit = 100);
            services.AddPerfKitOutputCache();
        })
            .CapacityBytes.Should()
            .Be(64 << 10);

    [Fact]
    public void StaleWhileRevalidate_is_refused_with_a_sentence()
    {
        var reading = () =>
            OptionsOf(services =>
                services.AddPerfKitOutputCache(static o => o.Entries.StaleWhileRevalidate = TimeSpan.FromSeconds(1))
            );

        reading
            .Should()
            .Throw<OptionsValidationException>()
            .WithMessage("TieredCacheOptions 'output': Entries.StaleWhileRevalidate is 00:00:01 but must be null*");
    }

    [Fact]
    public void FailSafe_is_refused_with_a_sentence()
    {
        var reading = () =>
            OptionsOf(services =>
                services.AddPerfKitOutputCache(static o => o.Entries.FailSafe = TimeSpan.FromSeconds(1))
            );

        reading
            .Should()
            .Throw<OptionsValidationException>()
            .WithMessage("TieredCacheOptions 'output': Entries.FailSafe is 00:00:01 but must be null*");
    }

    [Fact]
    public void Another_cache_keeps_its_defaults()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddPerfKitOutputCache();
        services.AddPerfKitTieredCache(configure: static o => o.Entries.StaleWhileRevalidate = TimeSpan.FromSeconds(1));
        using var provider = services.BuildServiceProvider();

        var other = provider.GetRequiredService<IOptionsMonitor<TieredCacheOptions>>().CurrentValue;

        other.MaximumKeyLength.Should().Be(1_024);
        other.SharedTypes.Should().BeEmpty();
    }

    private static TieredCacheOptions OptionsOf(Action<IServiceCollection> add)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        add(services);
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptionsMonitor<TieredCacheOptions>>().Get("output");
    }
}
