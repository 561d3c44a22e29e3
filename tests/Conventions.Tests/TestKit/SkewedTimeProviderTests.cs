using Microsoft.Extensions.Time.Testing;
using PerfKit.TestKit.Faults;

namespace Conventions.Tests.TestKit;

public sealed class SkewedTimeProviderTests
{
    [Fact]
    public void The_date_is_off_and_timestamps_and_timers_run_true()
    {
        var clock = new FakeTimeProvider();
        var skewed = new SkewedTimeProvider(clock, TimeSpan.FromMinutes(-5));
        var rings = 0;
        using var timer = skewed.CreateTimer(_ => rings++, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        var start = skewed.GetTimestamp();

        clock.Advance(TimeSpan.FromSeconds(1));

        skewed.GetUtcNow().Should().Be(clock.GetUtcNow() - TimeSpan.FromMinutes(5));
        skewed.GetElapsedTime(start).Should().Be(TimeSpan.FromSeconds(1));
        rings.Should().Be(1);
    }

    [Fact]
    public void The_date_jumps_and_timestamps_run_on()
    {
        var clock = new FakeTimeProvider();
        var skewed = new SkewedTimeProvider(clock, TimeSpan.Zero);
        var start = skewed.GetTimestamp();

        skewed.Skew = TimeSpan.FromMinutes(5);

        skewed.GetUtcNow().Should().Be(clock.GetUtcNow() + TimeSpan.FromMinutes(5));
        skewed.GetElapsedTime(start).Should().Be(TimeSpan.Zero);
    }
}
