using System.Threading.RateLimiting;

namespace PerfKit.RateLimit.Tests.Contract;

/// <summary>
/// A token bucket of many permits on the machine's clock, which sets some aside to be spent without lock or clock: what
/// the contract says holds on this way, too. Permits come back 10 microseconds apart here, so no exact number is there.
/// </summary>
public sealed class SetAsideTests : IDisposable
{
    private const int Permits = 1_000_000;

    private readonly RateLimiter _limiter = RateLimiters.Create(
        new LimitOptions
        {
            Permits = Permits,
            Period = TimeSpan.FromSeconds(10),
            QueueLimit = Permits,
        }
    );

    [Fact]
    public async Task Requests_are_counted_one_by_one_whichever_way_they_went()
    {
        for (var i = 0; i < 1_000; i++)
        {
            _limiter.AttemptAcquire().IsAcquired.Should().BeTrue();
            (await _limiter.AcquireAsync(2)).IsAcquired.Should().BeTrue();
            _limiter.AttemptAcquire(0).IsAcquired.Should().BeTrue();
        }

        var statistics = _limiter.GetStatistics()!;
        statistics.TotalSuccessfulLeases.Should().Be(3_000);
        statistics.TotalFailedLeases.Should().Be(0);
        statistics.CurrentAvailablePermits.Should().BeInRange(Permits - 3_000, Permits);
    }

    [Fact]
    public void Wrong_permit_counts_are_argument_errors_and_spend_nothing()
    {
        _limiter.AttemptAcquire();

        foreach (var wrong in new[] { -1, int.MinValue, Permits + 1, int.MaxValue })
        {
            _limiter.Invoking(it => it.AttemptAcquire(wrong)).Should().Throw<ArgumentOutOfRangeException>();
            _limiter
                .Invoking(it => it.AcquireAsync(wrong).AsTask().GetAwaiter().GetResult())
                .Should()
                .Throw<ArgumentOutOfRangeException>();
        }

        _limiter.GetStatistics()!.TotalSuccessfulLeases.Should().Be(1);
        _limiter.GetStatistics()!.CurrentAvailablePermits.Should().BeGreaterThanOrEqualTo(Permits - 1);
    }

    [Fact]
    public void After_disposal_nothing_that_was_set_aside_is_given()
    {
        _limiter.AttemptAcquire();
        _limiter.Dispose();

        _limiter.Invoking(it => it.AttemptAcquire()).Should().Throw<ObjectDisposedException>();
        _limiter.Invoking(it => it.AttemptAcquire(0)).Should().Throw<ObjectDisposedException>();
        _limiter
            .Invoking(it => it.AcquireAsync().AsTask().GetAwaiter().GetResult())
            .Should()
            .Throw<ObjectDisposedException>();
        _limiter.Invoking(it => it.GetStatistics()).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public async Task Nothing_is_set_aside_while_somebody_waits()
    {
        _limiter.AttemptAcquire();
        _limiter.AttemptAcquire(Permits / 2).IsAcquired.Should().BeTrue();
        var waits = _limiter.AcquireAsync(Permits).AsTask();

        _limiter.AttemptAcquire().IsAcquired.Should().BeFalse("who waits comes first");
        _limiter.AttemptAcquire().TryGetMetadata(MetadataName.RetryAfter, out var after).Should().BeTrue();
        after.Should().BeGreaterThan(TimeSpan.Zero);

        _limiter.Dispose();
        (await waits).IsAcquired.Should().BeFalse();
    }

    [Fact]
    public void A_limiter_is_not_idle_while_permits_that_were_set_aside_are_out()
    {
        _limiter.IdleDuration.Should().NotBeNull();
        _limiter.AttemptAcquire(Permits / 2);
        _limiter.AttemptAcquire();

        _limiter.IdleDuration.Should().BeNull();
    }

    public void Dispose() => _limiter.Dispose();
}
