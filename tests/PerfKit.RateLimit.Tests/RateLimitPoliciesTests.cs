using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace PerfKit.RateLimit.Tests;

public sealed class RateLimitPoliciesTests
{
    [Fact]
    public void AddPerfKitRateLimit_reads_policies_from_a_section()
    {
        using var services = FromConfiguration(
            ("RateLimit:MaxKeys", "10"),
            ("RateLimit:Policies:reads:PermitsPerSecond", "2.5"),
            ("RateLimit:Policies:reads:Burst", "7"),
            ("RateLimit:Policies:uploads:Burst", "1")
        );

        var policies = services.GetRequiredService<IRateLimitPolicies>();

        policies.Names.Should().Equal("reads", "uploads");
        policies.TryGet("reads", out var limiter).Should().BeTrue();
        limiter!.Permits.Should().Be(7);
        limiter.Limits.Single().Period.Should().Be(TimeSpan.FromSeconds(2.8));
        policies.TryGet("Reads", out _).Should().BeFalse();
    }

    [Theory]
    [InlineData("RateLimit:Policies:reads:Burst", "0", "Policies:reads:Burst is 0 but must be between 1 and 1000000.")]
    [InlineData(
        "RateLimit:Policies:reads:PermitsPerSecond",
        "-1",
        "Policies:reads:PermitsPerSecond is -1 but must be*"
    )]
    [InlineData("RateLimit:Policies:a b:Burst", "1", "Policies:a b must be named with 1 to 64 letters*")]
    [InlineData("RateLimit:MaxKeys", "0", "MaxKeys is 0 but must be between 1 and 16777216.")]
    public void A_value_out_of_range_fails_the_start_with_a_sentence(string key, string value, string message)
    {
        using var services = FromConfiguration((key, value));

        var start = () => services.GetRequiredService<IStartupValidator>().Validate();

        start.Should().Throw<OptionsValidationException>().WithMessage(message);
    }

    [Fact]
    public void A_value_that_is_no_number_fails_the_start_and_names_the_key()
    {
        using var services = FromConfiguration(("RateLimit:Policies:reads:Burst", "many"));

        var start = () => services.GetRequiredService<IStartupValidator>().Validate();

        start.Should().Throw<InvalidOperationException>().WithMessage("*RateLimit:Policies:reads:Burst*");
    }

    [Fact]
    public void The_meter_counts_requests_by_policy_and_outcome()
    {
        var collection = new ServiceCollection();
        collection.AddMetrics();
        collection.AddPerfKitRateLimit(static o => o.Policies["reads"] = new() { PermitsPerSecond = 1, Burst = 2 });
        using var services = collection.BuildServiceProvider();
        services.GetRequiredService<IRateLimitPolicies>().TryGet("reads", out var limiter);
        for (var i = 0; i < 5; i++)
        {
            limiter!.Decide("key");
        }

        var factory = services.GetRequiredService<IMeterFactory>(); // The listener hears every test of the process.
        var seen = new List<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, it) =>
        {
            if (instrument.Meter.Scope == factory)
            {
                it.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>(
            (instrument, value, tags, _) =>
                seen.Add($"{instrument.Meter.Name} {instrument.Name} {tags[0].Value} {tags[1].Value} {value}")
        );
        listener.Start();
        listener.RecordObservableInstruments();

        seen.Should()
            .Equal(
                "PerfKit.RateLimit perfkit.ratelimit.requests reads admitted 2",
                "PerfKit.RateLimit perfkit.ratelimit.requests reads refused 3"
            );
    }

    private static ServiceProvider FromConfiguration(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)))
            .Build();
        return new ServiceCollection()
            .AddPerfKitRateLimit(configuration.GetSection("RateLimit"))
            .BuildServiceProvider();
    }
}
