using System.Threading.RateLimiting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using PerfKit.TestKit;

namespace PerfKit.RateLimit.Tests.Policies;

/// <summary>Policies follow their configuration while they are used, and what was spent stays spent.</summary>
public sealed class ReloadTests : IDisposable
{
    private static readonly LimitKey Acme = LimitKey.Of("acme");
    private static readonly LimitKey Other = LimitKey.Of("other");

    private readonly Settings _settings = new(
        ("RateLimit:Policies:reads:Permits", "10"),
        ("RateLimit:Policies:reads:Period", "01:00:00"),
        ("RateLimit:Policies:slots:Algorithm", "Concurrency"),
        ("RateLimit:Policies:slots:Permits", "1"),
        ("RateLimit:Policies:slots:Shared", "true"),
        ("RateLimit:Policies:slots:QueueLimit", "10")
    );
    private readonly KeptLog<RateLimitPolicy> _log = new();
    private readonly ServiceProvider _services;
    private readonly IRateLimitPolicies _policies;

    public ReloadTests()
    {
        var configuration = new ConfigurationBuilder().Add(_settings).Build();
        _services = new ServiceCollection()
            .AddSingleton<TimeProvider>(new FakeTimeProvider())
            .AddLogging(it => it.AddProvider(_log))
            .AddPerfKitRateLimit(configuration.GetSection("RateLimit"))
            .BuildServiceProvider();
        _policies = _services.GetRequiredService<IRateLimitPolicies>();
    }

    public void Dispose() => _services.Dispose();

    [Theory]
    [InlineData("20", 15)]
    [InlineData("6", 1)]
    [InlineData("3", 0)]
    public void Spent_permits_stay_spent_when_the_limit_changes(string permits, int left)
    {
        Spend("reads", Acme, 5);

        Change(("reads:Permits", permits));

        Left("reads", Acme).Should().Be(left);
        Left("reads", Other).Should().Be(int.Parse(permits, System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public void A_change_of_another_policy_changes_nothing_here()
    {
        Spend("reads", Acme, 5);
        var limit = Policy("reads").LimitOf(Acme);

        Change(("writes:Permits", "3"));

        Policy("reads").LimitOf(Acme).Should().BeSameAs(limit);
        Left("reads", Acme).Should().Be(5);
        Left("writes", Acme).Should().Be(3);
        _policies.Names.Should().Equal("reads", "slots", "writes");
    }

    [Fact]
    public void An_override_takes_along_what_its_key_has_spent_and_so_does_its_end()
    {
        Spend("reads", Acme, 5);

        Change(("reads:Overrides:acme:Permits", "100"));
        Left("reads", Acme).Should().Be(95);
        Left("reads", Other).Should().Be(10);
        Spend("reads", Acme, 3);

        Change(("reads:Overrides:acme", null));
        Left("reads", Acme).Should().Be(2);
    }

    [Fact]
    public void A_policy_that_is_removed_stays_in_force_and_says_so()
    {
        Spend("reads", Acme, 10);
        var policy = Policy("reads");

        Change(("reads", null));

        policy.Acquire(Acme, 1, out _).IsAdmitted.Should().BeFalse();
        Policy("reads").Should().BeSameAs(policy);
        _log.Lines.Should()
            .Contain(static it => it.StartsWith("Warning: Rate limit policy reads is no longer configured"));
    }

    [Theory]
    [InlineData("reads:Permits", "0", "RateLimit:Policies:reads:Permits is 0 but must be")]
    [InlineData("reads:Permits", "many", "RateLimit:Policies:reads:Permits")]
    public void A_configuration_that_cannot_be_used_changes_nothing_and_says_why(
        string key,
        string value,
        string reason
    )
    {
        Spend("reads", Acme, 5);

        Change((key, value), ("slots:Permits", "7"));

        Left("reads", Acme).Should().Be(5);
        Policy("slots").Options.Permits.Should().Be(1, "a configuration is used whole or not at all");
        _log.Lines.Should().Contain(it => it.StartsWith("Error: ") && it.Contains(reason));
    }

    [Fact]
    public void A_setting_that_means_nothing_is_named()
    {
        Change(("reads:Burst", "7"));

        _log.Lines.Should()
            .Contain(
                "Warning: RateLimit:Policies:reads:Burst is not a setting of a policy and is ignored; they are Algorithm, Permits, Period, By, Allow, Overrides, Shared, QueueLimit, QueueOrder, Shadow."
            );
    }

    [Fact]
    public void Shadow_mode_and_the_allow_list_change_under_way()
    {
        Spend("reads", Acme, 10);

        Change(("reads:Shadow", "true"));
        Policy("reads").Acquire(Acme, 1, out _).IsAdmitted.Should().BeTrue();

        Change(("reads:Shadow", "false"), ("reads:Allow:0", "acme"));
        Policy("reads").IsAllowed(Acme, null).Should().BeTrue();
        Policy("reads").Acquire(Acme, 1, out _).IsAdmitted.Should().BeFalse();
    }

    [Fact]
    public async Task Those_who_wait_are_served_by_the_changed_limit()
    {
        using var held = await WaitAsync(Acme);
        var waiting = WaitAsync(Other).AsTask();
        waiting.IsCompleted.Should().BeFalse();

        Change(("slots:Permits", "2"));

        using var lease = await waiting;
        lease.IsAcquired.Should().BeTrue();
        Left("slots", Acme).Should().Be(0);
        held.Dispose();
        Left("slots", Acme).Should().Be(1);
    }

    [Fact]
    public async Task Disposal_refuses_those_who_wait()
    {
        using var held = await WaitAsync(Acme);
        var waiting = WaitAsync(Other).AsTask();

        _services.Dispose();

        (await waiting).IsAcquired.Should().BeFalse();
    }

    private RateLimitPolicy Policy(string name) =>
        _policies.TryGet(name, out var policy) ? policy : throw new InvalidOperationException(name);

    private void Spend(string policy, LimitKey key, int permits) =>
        Policy(policy).Acquire(key, permits, out _).IsAdmitted.Should().BeTrue();

    private int Left(string policy, LimitKey key) => Policy(policy).Acquire(key, 0, out _).Remaining;

    private ValueTask<RateLimitLease> WaitAsync(LimitKey key) =>
        RateLimitPolicy.AcquireAsync(
            new[] { new RateLimitRequest(Policy("slots"), key) },
            new RateLimitDecision[1],
            CancellationToken.None
        );

    private void Change(params (string Key, string? Value)[] settings) =>
        _settings.Change([.. settings.Select(static it => ("RateLimit:Policies:" + it.Key, it.Value))]);
}
