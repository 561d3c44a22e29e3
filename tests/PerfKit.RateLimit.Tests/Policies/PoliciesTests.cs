using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace PerfKit.RateLimit.Tests.Policies;

/// <summary>Policies from configuration, what is refused there, and what they count.</summary>
public sealed class PoliciesTests
{
    [Fact]
    public void A_section_gives_policies()
    {
        using var services = FromConfiguration(
            ("RateLimit:MaxKeys", "10"),
            ("RateLimit:Policies:reads:Permits", "7"),
            ("RateLimit:Policies:reads:Period", "00:00:02.8"),
            ("RateLimit:Policies:reads:By", "tenant"),
            ("RateLimit:Policies:reads:Allow:0", "10.0.0.0/8"),
            ("RateLimit:Policies:reads:Overrides:acme:Permits", "70"),
            ("RateLimit:Policies:jobs:Algorithm", "Concurrency"),
            ("RateLimit:Policies:jobs:Shared", "true"),
            ("RateLimit:Policies:jobs:QueueLimit", "5"),
            ("RateLimit:Policies:jobs:QueueOrder", "NewestFirst"),
            ("RateLimit:Policies:jobs:Shadow", "true")
        );

        var policies = services.GetRequiredService<IRateLimitPolicies>();

        policies.Names.Should().Equal("jobs", "reads");
        policies.TryGet("READS", out _).Should().BeTrue("configuration does not tell upper from lower case");
        policies.TryGet("reads", out var reads).Should().BeTrue();
        reads!
            .Options.Should()
            .BeEquivalentTo(
                new
                {
                    By = "tenant",
                    Allow = new[] { "10.0.0.0/8" },
                    Shared = false,
                }
            );
        reads
            .LimitOf(LimitKey.Of("someone"))
            .Should()
            .BeEquivalentTo(new { Permits = 7, Period = TimeSpan.FromSeconds(2.8) });
        reads
            .LimitOf(LimitKey.Of("acme"))
            .Should()
            .BeEquivalentTo(new { Permits = 70, Period = TimeSpan.FromSeconds(2.8) });
        policies.TryGet("jobs", out var jobs).Should().BeTrue();
        jobs!
            .Options.Should()
            .BeEquivalentTo(
                new
                {
                    Algorithm = LimitAlgorithm.Concurrency,
                    Shared = true,
                    Shadow = true,
                    QueueLimit = 5,
                    QueueOrder = System.Threading.RateLimiting.QueueProcessingOrder.NewestFirst,
                }
            );
    }

    [Theory]
    [InlineData(
        "Policies:reads:Permits",
        "0",
        "RateLimit:Policies:reads:Permits is 0 but must be between 1 and 2147483647."
    )]
    [InlineData("Policies:reads:Permits", "-5", "RateLimit:Policies:reads:Permits is -5 but must be*")]
    [InlineData(
        "Policies:reads:Period",
        "00:00:00",
        "RateLimit:Policies:reads:Period is 00:00:00 but must be between*"
    )]
    [InlineData("Policies:reads:Period", "-00:00:01", "RateLimit:Policies:reads:Period is -00:00:01 but must be*")]
    [InlineData(
        "Policies:reads:Period",
        "367.00:00:00",
        "RateLimit:Policies:reads:Period is 367.00:00:00 but must be*"
    )]
    [InlineData(
        "Policies:reads:QueueLimit",
        "1",
        "RateLimit:Policies:reads:QueueLimit is 1 but must be 0 unless Shared is true."
    )]
    [InlineData("Policies:reads:Algorithm", "SlidingLog", "RateLimit:Policies:reads:Algorithm is SlidingLog, which*")]
    [InlineData(
        "Policies:reads:By",
        "",
        "RateLimit:Policies:reads:By is empty but must be the name of a key, such as address."
    )]
    [InlineData(
        "Policies:reads:Allow:0",
        "10.0.0.0/33",
        "RateLimit:Policies:reads:Allow:0 is '10.0.0.0/33' but must be a network*"
    )]
    [InlineData(
        "Policies:reads:Allow:0",
        " ",
        "RateLimit:Policies:reads:Allow:0 is ' ' but must be a key, an address or a network."
    )]
    [InlineData(
        "Policies:reads:Overrides:acme:Permits",
        "0",
        "RateLimit:Policies:reads:Overrides:acme:Permits is 0 but must be*"
    )]
    [InlineData(
        "Policies:reads:Overrides:acme:Period",
        "00:00:00",
        "RateLimit:Policies:reads:Overrides:acme:Period is 00:00:00 but*"
    )]
    [InlineData("Policies:a b:Permits", "1", "RateLimit:Policies:a b must be named with 1 to 64 letters*")]
    [InlineData("MaxKeys", "0", "RateLimit:MaxKeys is 0 but must be between 1 and 16777216.")]
    public void A_value_out_of_range_fails_the_start_with_a_sentence(string key, string value, string message)
    {
        using var services = FromConfiguration(("RateLimit:" + key, value));

        var start = () => services.GetRequiredService<IStartupValidator>().Validate();

        start.Should().Throw<OptionsValidationException>().WithMessage(message);
    }

    [Fact]
    public void An_override_of_a_shared_policy_fails_the_start_with_a_sentence()
    {
        using var services = FromConfiguration(
            ("RateLimit:Policies:all:Shared", "true"),
            ("RateLimit:Policies:all:Overrides:acme:Permits", "1")
        );

        var start = () => services.GetRequiredService<IStartupValidator>().Validate();

        start
            .Should()
            .Throw<OptionsValidationException>()
            .WithMessage(
                "RateLimit:Policies:all:Overrides has 1 entries but must have at most 0 where Shared is true."
            );
    }

    [Theory]
    [InlineData("Policies:reads:Permits", "many")]
    [InlineData("Policies:reads:Permits", "2147483648")]
    [InlineData("Policies:reads:Period", "soon")]
    [InlineData("Policies:reads:Algorithm", "Leaky")]
    public void A_value_that_cannot_be_read_fails_the_start_and_names_the_key(string key, string value)
    {
        using var services = FromConfiguration(("RateLimit:" + key, value));

        var start = () => services.GetRequiredService<IStartupValidator>().Validate();

        start.Should().Throw<InvalidOperationException>().WithMessage($"*RateLimit:{key}*");
    }

    [Fact]
    public void The_meter_counts_requests_by_policy_and_outcome_and_those_that_waited()
    {
        var collection = new ServiceCollection();
        collection.AddMetrics();
        collection.AddPerfKitRateLimit(static o =>
        {
            o.Policies["reads"] = new() { Permits = 2, Period = TimeSpan.FromHours(1) };
            o.Policies["tried"] = new()
            {
                Permits = 1,
                Period = TimeSpan.FromHours(1),
                Shadow = true,
            };
            o.Policies["slots"] = new()
            {
                Algorithm = LimitAlgorithm.Concurrency,
                Permits = 1,
                Shared = true,
                QueueLimit = 1,
            };
        });
        using var services = collection.BuildServiceProvider();
        var policies = services.GetRequiredService<IRateLimitPolicies>();
        for (var i = 0; i < 5; i++)
        {
            policies.TryGet("reads", out var reads);
            policies.TryGet("tried", out var tried);
            reads!.Acquire(LimitKey.Of("key"), 1, out _).IsAdmitted.Should().Be(i < 2);
            tried!.Acquire(LimitKey.Of("key"), 1, out _).IsAdmitted.Should().BeTrue();
        }

        policies.TryGet("slots", out var slots);
        for (var i = 0; i < 2; i++)
        {
            var request = new[] { new RateLimitRequest(slots!, LimitKey.Of("key")) };
            var turn = RateLimitPolicy.AcquireAsync(request, new RateLimitDecision[1], CancellationToken.None);
            turn.IsCompleted.Should().Be(i < 1);
        }

        Heard(services)
            .Should()
            .BeEquivalentTo(
                "PerfKit.RateLimit perfkit.ratelimit.requests reads admitted 2",
                "PerfKit.RateLimit perfkit.ratelimit.requests reads refused 3",
                "PerfKit.RateLimit perfkit.ratelimit.requests reads shadow-refused 0",
                "PerfKit.RateLimit perfkit.ratelimit.requests tried admitted 1",
                "PerfKit.RateLimit perfkit.ratelimit.requests tried refused 0",
                "PerfKit.RateLimit perfkit.ratelimit.requests tried shadow-refused 4",
                "PerfKit.RateLimit perfkit.ratelimit.requests slots admitted 1",
                "PerfKit.RateLimit perfkit.ratelimit.requests slots refused 0",
                "PerfKit.RateLimit perfkit.ratelimit.requests slots shadow-refused 0",
                "PerfKit.RateLimit perfkit.ratelimit.queued reads 0",
                "PerfKit.RateLimit perfkit.ratelimit.queued tried 0",
                "PerfKit.RateLimit perfkit.ratelimit.queued slots 1"
            );
    }

    private static List<string> Heard(IServiceProvider services)
    {
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
                seen.Add(
                    $"{instrument.Meter.Name} {instrument.Name} {string.Join(' ', tags.ToArray().Select(static it => it.Value))} {value}"
                )
        );
        listener.Start();
        listener.RecordObservableInstruments();
        return seen;
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
