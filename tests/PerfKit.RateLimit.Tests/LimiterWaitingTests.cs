using System.Threading.RateLimiting;
using Microsoft.Extensions.Time.Testing;
using PerfKit.RateLimit.Tests.Model;

namespace PerfKit.RateLimit.Tests;

/// <summary>Those who wait: nobody is lost, and no permit is, whatever the clock, the tokens and the callers do.</summary>
[Collection("held leases")]
public sealed class LimiterWaitingTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _clock = new();

    [Theory]
    [InlineData(1, QueueProcessingOrder.OldestFirst)]
    [InlineData(2, QueueProcessingOrder.NewestFirst)]
    public async Task After_threads_waited_cancelled_and_gave_back_all_held_permits_are_there(
        int seed,
        QueueProcessingOrder order
    )
    {
        using var limiter = RateLimiters.Create(
            new LimitOptions
            {
                Algorithm = LimitAlgorithm.Concurrency,
                Permits = 5,
                QueueLimit = 12,
                QueueOrder = order,
            }
        );
        var workers = Enumerable.Range(0, 8).Select(i => Task.Run(() => Work(new Dice((ulong)((seed * 100) + i)))));

        await Task.WhenAll(workers).WaitAsync(Patience);

        var statistics = limiter.GetStatistics()!;
        (statistics.CurrentAvailablePermits, statistics.CurrentQueuedCount).Should().Be((5, 0));

        async Task Work(Dice dice)
        {
            for (var i = 0; i < 4_000; i++)
            {
                using var cancellation = new CancellationTokenSource();
                var wait = limiter.AcquireAsync((int)dice.Between(0, 5), cancellation.Token);
                if (dice.OneIn(3))
                {
                    await cancellation.CancelAsync();
                }

                try
                {
                    using var lease = await wait;
                    await Task.Yield();
                }
                catch (OperationCanceledException e)
                {
                    e.CancellationToken.Should().Be(cancellation.Token);
                }
            }
        }
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public async Task As_the_clock_goes_on_all_who_wait_for_a_bucket_are_served_or_cancelled(int seed, bool isMachine)
    {
        var options = new LimitOptions
        {
            Permits = 5_000,
            Period = TimeSpan.FromSeconds(1),
            QueueLimit = int.MaxValue,
        };
        using var limiter = isMachine ? MachineClock.Limiter(_clock, options) : RateLimiters.Create(_clock, options);
        var served = 0L;
        var workers = Enumerable.Range(0, 6).Select(i => Task.Run(() => Work(new Dice((ulong)((seed * 100) + i)))));
        var all = Task.WhenAll(workers);

        var deadline = TimeProvider.System.GetTimestamp();
        while (!all.IsCompleted && TimeProvider.System.GetElapsedTime(deadline) < Patience)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Yield();
        }

        await all.WaitAsync(TimeSpan.Zero);
        var statistics = limiter.GetStatistics()!;
        (statistics.TotalSuccessfulLeases, statistics.CurrentQueuedCount).Should().Be((served, 0));

        async Task Work(Dice dice)
        {
            for (var i = 0; i < 500; i++)
            {
                using var cancellation = new CancellationTokenSource();
                var wait = limiter.AcquireAsync((int)dice.Magnitude(0, 2_000), cancellation.Token);
                if (dice.OneIn(4))
                {
                    await cancellation.CancelAsync();
                }

                try
                {
                    using var lease = await wait;
                    Interlocked.Add(ref served, lease.IsAcquired ? 1 : 0);
                }
                catch (OperationCanceledException)
                {
                    // One of those that are cancelled.
                }
            }
        }
    }

    [Fact]
    public async Task A_timer_that_fires_early_is_set_again()
    {
        var timers = new HandTimers();
        using var limiter = RateLimiters.Create(
            timers,
            new LimitOptions
            {
                Permits = 1,
                Period = TimeSpan.FromSeconds(1),
                QueueLimit = 1,
            }
        );
        limiter.AttemptAcquire().IsAcquired.Should().BeTrue();
        var wait = limiter.AcquireAsync();

        timers.Now = TimeSpan.FromMilliseconds(999);
        timers.Fire();

        timers.Due.Should().Be(TimeSpan.FromSeconds(1));
        wait.IsCompleted.Should().BeFalse();
        timers.Now = TimeSpan.FromSeconds(1);
        timers.Fire();
        (await wait.AsTask().WaitAsync(Patience)).IsAcquired.Should().BeTrue();
        timers.Due.Should().BeNull("nobody waits any more");
    }

    [Fact]
    public async Task A_wait_asked_too_early_for_its_lease_throws_and_goes_on()
    {
        using var limiter = Held();
        var held = limiter.AttemptAcquire();
        var wait = limiter.AcquireAsync();

        FluentActions.Invoking(() => wait.GetAwaiter().GetResult()).Should().Throw<InvalidOperationException>();

        limiter.GetStatistics()!.CurrentQueuedCount.Should().Be(1);
        held.Dispose();
        (await wait.AsTask().WaitAsync(Patience)).IsAcquired.Should().BeTrue();
    }

    [Fact]
    public async Task A_wait_asked_twice_for_its_lease_throws_and_harms_no_other()
    {
        using var limiter = Held();
        for (var round = 0; round < 10; round++)
        {
            var held = limiter.AttemptAcquire();
            var first = limiter.AcquireAsync();
            held.Dispose();
            var lease = await first;
            var second = limiter.AcquireAsync(); // May well be the same object again.

            FluentActions.Invoking(() => first.GetAwaiter().GetResult()).Should().Throw<InvalidOperationException>();

            lease.Dispose();
            using var last = await second.AsTask().WaitAsync(Patience);
            last.IsAcquired.Should().BeTrue();
        }
    }

    [Fact]
    public async Task AcquireAsync_where_the_flow_of_the_context_is_suppressed_waits()
    {
        using var limiter = RateLimiters.Create(
            _clock,
            new LimitOptions
            {
                Permits = 1,
                Period = TimeSpan.FromSeconds(1),
                QueueLimit = 1,
            }
        );
        limiter.AttemptAcquire();
        ValueTask<RateLimitLease> wait;
        using (ExecutionContext.SuppressFlow())
        {
            wait = limiter.AcquireAsync();
        }

        _clock.Advance(TimeSpan.FromSeconds(1));
        (await wait.AsTask().WaitAsync(Patience)).IsAcquired.Should().BeTrue();
    }

    [Fact]
    public async Task Dispose_with_somebody_waiting_leaves_a_limiter_that_says_it_is_disposed()
    {
        var limiter = MachineClock.Limiter(
            _clock,
            new LimitOptions
            {
                Permits = 1,
                Period = TimeSpan.FromHours(1),
                QueueLimit = 1,
            }
        );
        limiter.AttemptAcquire();
        var wait = limiter.AcquireAsync();

        limiter.Dispose();

        (await wait).IsAcquired.Should().BeFalse();
        FluentActions.Invoking(() => limiter.AttemptAcquire()).Should().Throw<ObjectDisposedException>();
    }

    private static RateLimiter Held() =>
        RateLimiters.Create(
            new LimitOptions
            {
                Algorithm = LimitAlgorithm.Concurrency,
                Permits = 1,
                QueueLimit = 1,
            }
        );
}
