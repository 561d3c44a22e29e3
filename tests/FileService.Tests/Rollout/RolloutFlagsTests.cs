using FileService.Rollout;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.FeatureManagement;

namespace FileService.Tests.Rollout;

public sealed class RolloutFlagsTests
{
    private const string Audience = "FeatureManagement:AfterLoad:EnabledFor:0:Parameters:Audience";
    private readonly IConfigurationRoot _configuration = new ConfigurationBuilder().AddInMemoryCollection().Build();

    [Theory]
    [InlineData(null, true)]
    [InlineData("true", true)]
    [InlineData("false", false)]
    public async Task UsesAfter_of_a_flag_that_is_missing_is_on(string? value, bool expected)
    {
        if (value is not null)
        {
            _configuration["FeatureManagement:AfterLoad"] = value;
        }

        (await Flags().UsesAfterAsync(Operation.Load, "acme")).Should().Be(expected);
    }

    [Fact]
    public async Task UsesAfter_by_percentage_takes_that_share_of_the_tenants_and_keeps_it()
    {
        var flags = Flags();
        Target(30);

        var first = await OnAsync(flags);
        var again = await OnAsync(flags);

        first.Count.Should().BeInRange(240, 360);
        again.Should().BeEquivalentTo(first);
    }

    [Fact]
    public async Task UsesAfter_at_a_higher_percentage_keeps_every_tenant_it_had()
    {
        var flags = Flags();
        Target(30);
        var before = await OnAsync(flags);

        Target(60);

        var after = await OnAsync(flags);
        after.Should().Contain(before);
        after.Count.Should().BeInRange(540, 660);
    }

    [Fact]
    public async Task UsesAfter_of_a_named_tenant_is_on_at_no_percentage()
    {
        var flags = Flags();
        Target(0);

        _configuration[$"{Audience}:Users:0"] = "acme";
        _configuration.Reload();

        (await flags.UsesAfterAsync(Operation.Load, "acme")).Should().BeTrue();
        (await flags.UsesAfterAsync(Operation.Load, "globex")).Should().BeFalse();
    }

    [Fact]
    public async Task UsesAfter_follows_the_configuration_while_it_runs()
    {
        var flags = Flags();
        (await flags.UsesAfterAsync(Operation.Sync, "acme")).Should().BeTrue();

        _configuration["FeatureManagement:AfterSync"] = "false";
        _configuration.Reload();

        (await flags.UsesAfterAsync(Operation.Sync, "acme")).Should().BeFalse();
        (await flags.UsesAfterAsync(Operation.Load, "acme")).Should().BeTrue("each operation has its own flag");
    }

    [Fact]
    public async Task UsesAfter_of_a_flag_that_cannot_be_read_is_on()
    {
        var flags = Flags();

        Target(-7);

        (await flags.UsesAfterAsync(Operation.Load, "acme")).Should().BeTrue();
    }

    private static async Task<List<string>> OnAsync(RolloutFlags flags)
    {
        var tenants = new List<string>();
        for (var i = 0; i < 1_000; i++)
        {
            if (await flags.UsesAfterAsync(Operation.Load, $"tenant-{i}"))
            {
                tenants.Add($"tenant-{i}");
            }
        }

        return tenants;
    }

    private void Target(int percentage)
    {
        _configuration["FeatureManagement:AfterLoad:EnabledFor:0:Name"] = "Microsoft.Targeting";
        _configuration[$"{Audience}:DefaultRolloutPercentage"] = $"{percentage}";
        _configuration.Reload();
    }

    private RolloutFlags Flags()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(_configuration).AddLogging();
        services.AddFeatureManagement(_configuration.GetSection("FeatureManagement"));
        var provider = services.BuildServiceProvider();
        return new RolloutFlags(
            provider.GetRequiredService<IFeatureManager>(),
            provider.GetRequiredService<IFeatureDefinitionProvider>(),
            NullLogger<RolloutFlags>.Instance
        );
    }
}
