using System.Threading.RateLimiting;
using Microsoft.Extensions.Time.Testing;
using PerfKit.RateLimit.Internal;
using static PerfKit.RateLimit.LimitAlgorithm;
using static PerfKit.RateLimit.Tests.Changing.Shared;

namespace PerfKit.RateLimit.Tests.Changing;

/// <summary>Those who wait while the limits, and the queue's, become others.</summary>
[Collection("held leases")]
public sealed class LimiterChangeQueueTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _clock = new();

    [Theory]
    [InlineData(TokenBucket)]
    [InlineData(SlidingWindow)]
    [InlineData(SlidingLog)]
    [InlineData(FixedWindow)]
    [InlineData(Concurrency)]
    public async Task A_change_that_brings_permits_serves_those_who_wait_at_once_in_turn(LimitAlgorithm kind)
    {
        using var limiter = Limiter(_clock, Options(kind, 2, queue: 9));
        using var held = limiter.AttemptAcquire(2);
        var waits = new[] { Ask(limiter, "a"), Ask(limiter, "a"), Ask(limiter, "b"), Ask(limiter, "a") };

        limiter.Change([Options(kind, 4, queue: 9)]);

        await Task.WhenAll(waits[0], waits[2]).WaitAsync(Patience);
        limiter.GetStatistics()!.CurrentQueuedCount.Should().Be(2, "one of each key was served");
        waits[1].IsCompleted.Should().BeFalse();
        limiter.Change([Options(kind, 6, queue: 9)]);
        (await Task.WhenAll(waits).WaitAsync(Patience)).Should().OnlyContain(it => it.IsAcquired);
    }

    [Theory]
    [InlineData(TokenBucket)]
    [InlineData(FixedWindow)]
    public async Task A_shorter_wait_is_heard_by_those_who_wait(LimitAlgorithm kind)
    {
        using var limiter = Limiter(_clock, Options(kind, 2, 1_000, queue: 9));
        Decide(limiter, 2);
        var wait = Ask(limiter, "a");

        limiter.Change([Options(kind, 2, 10, queue: 9)]);
        _clock.Advance(TimeSpan.FromSeconds(10));

        (await wait.WaitAsync(Patience)).IsAcquired.Should().BeTrue();
    }

    [Fact]
    public async Task Who_waits_for_more_than_the_new_limit_ever_has_is_refused_and_no_longer_before_others()
    {
        using var limiter = Limiter(_clock, Options(Concurrency, 5, queue: 20));
        var held = limiter.AttemptAcquire(5);
        var large = Ask(limiter, "a", 5);
        var small = Ask(limiter, "a", 2);

        limiter.Change([Options(Concurrency, 4, queue: 20)]);

        var refusal = await large.WaitAsync(Patience);
        refusal.IsAcquired.Should().BeFalse();
        refusal.TryGetMetadata(MetadataName.RetryAfter, out _).Should().BeFalse();
        limiter.GetStatistics()!.CurrentQueuedCount.Should().Be(2);
        held.Dispose();
        (await small.WaitAsync(Patience)).IsAcquired.Should().BeTrue();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Where_nobody_might_wait_somebody_may_and_again_nobody(bool isFair)
    {
        using var limiter = RateLimiters.Create(_clock, isFair, [Options(Concurrency, 1)]);
        var held = limiter.AttemptAcquire();
        for (var round = 0; round < 3; round++)
        {
            (await Ask(limiter, "a")).IsAcquired.Should().BeFalse();
            (await Ask(limiter, "a", 0)).IsAcquired.Should().BeFalse();
            limiter.Change([Options(Concurrency, 1, queue: 1)]);
            var wait = Ask(limiter, "a");
            (await Ask(limiter, "a")).IsAcquired.Should().BeFalse();
            wait.IsCompleted.Should().BeFalse();

            limiter.Change([Options(Concurrency, 1)]);

            (await Ask(limiter, "b")).IsAcquired.Should().BeFalse();
            (await Ask(limiter, "b", 0)).IsAcquired.Should().BeFalse();
            held.Dispose();
            held = await wait.WaitAsync(Patience);
            held.IsAcquired.Should().BeTrue("who stood there stays");
        }
    }

    [Fact]
    public async Task Above_the_new_limit_all_stay_but_who_makes_room_for_a_key_that_waits_for_less()
    {
        using var limiter = Limiter(_clock, Options(Concurrency, 1, queue: 8));
        var held = limiter.AttemptAcquire();
        var greedy = Enumerable.Range(0, 8).Select(_ => Ask(limiter, "a")).ToList();

        limiter.Change([Options(Concurrency, 1, queue: 3)]);

        greedy.Should().OnlyContain(it => !it.IsCompleted);
        (await Ask(limiter, "a")).IsAcquired.Should().BeFalse();
        var modest = Ask(limiter, "b");
        (await greedy[7].WaitAsync(Patience)).IsAcquired.Should().BeFalse();
        limiter.GetStatistics()!.CurrentQueuedCount.Should().Be(8, "one came and one went");
        held.Dispose();
        (await greedy[0].WaitAsync(Patience)).Dispose();
        (await modest.WaitAsync(Patience)).IsAcquired.Should().BeTrue();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Another_order_is_that_of_those_who_wait_too(bool isFair)
    {
        using var limiter = RateLimiters.Create(_clock, isFair, [Options(Concurrency, 1, queue: 8)]);
        var held = limiter.AttemptAcquire();
        var waits = new[] { Ask(limiter, "a"), Ask(limiter, "a"), Ask(limiter, "a") };
        var newest = Options(Concurrency, 1, queue: 8);
        newest.QueueOrder = QueueProcessingOrder.NewestFirst;

        limiter.Change([newest]);

        held.Dispose();
        (await waits[2].WaitAsync(Patience)).Dispose();
        (await waits[1].WaitAsync(Patience)).IsAcquired.Should().BeTrue();
        waits[0].IsCompleted.Should().BeFalse();
    }

    [Fact]
    public async Task Cancelling_after_a_change_ends_the_wait()
    {
        using var limiter = Limiter(_clock, Options(Concurrency, 1, queue: 8));
        using var held = limiter.AttemptAcquire();
        using var cancellation = new CancellationTokenSource();
        var wait = limiter.AcquireAsync(1, LimitKey.Of("a"), cancellation.Token).AsTask();
        limiter.Change([Options(Concurrency, 1)]);

        await cancellation.CancelAsync();

        await wait.Invoking(it => it).Should().ThrowAsync<TaskCanceledException>();
        limiter.GetStatistics()!.CurrentQueuedCount.Should().Be(0);
    }

    private static Task<RateLimitLease> Ask(Limiter limiter, string key, int permits = 1) =>
        limiter.AcquireAsync(permits, LimitKey.Of(key), CancellationToken.None).AsTask();
}
