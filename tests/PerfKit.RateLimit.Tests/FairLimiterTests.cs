using System.Threading.RateLimiting;

namespace PerfKit.RateLimit.Tests;

public sealed class FairLimiterTests
{
    [Fact]
    public async Task AcquireAsync_serves_the_keys_in_turn_however_many_wait_for_one()
    {
        await using var limiter = Create(queueLimit: 100);
        var held = limiter.AttemptAcquire("holder");
        var greedy = Enumerable.Range(0, 5).Select(i => (Name: $"a{i}", Wait: Ask(limiter, "a"))).ToList();
        var modest = new[] { (Name: "b0", Wait: Ask(limiter, "b")), (Name: "c0", Wait: Ask(limiter, "c")) };

        var order = await OrderAsync(held, [.. greedy, .. modest]);

        order.Should().Equal("a0", "b0", "c0", "a1", "a2", "a3", "a4");
    }

    [Fact]
    public async Task A_wish_for_several_permits_waits_as_many_rounds()
    {
        await using var limiter = Create(queueLimit: 100, permits: 3);
        var held = limiter.AttemptAcquire("holder", 3);
        var first = Enumerable.Range(0, 4).Select(i => (Name: $"b{i}", Wait: Ask(limiter, "b", 3))).ToList();
        var large = (Name: "large", Wait: Ask(limiter, "a", 3));
        var single = Enumerable.Range(0, 4).Select(i => (Name: $"c{i}", Wait: Ask(limiter, "c"))).ToList();

        var order = await OrderAsync(held, [.. first, large, .. single]);

        order.IndexOf("c1").Should().BeLessThan(order.IndexOf("large"), "two rounds serve two single permits");
        order.IndexOf("large").Should().BeLessThan(order.IndexOf("b1"));
        order.Should().HaveCount(9);
    }

    [Fact]
    public async Task A_full_queue_turns_away_the_last_of_the_key_that_waits_for_most()
    {
        await using var limiter = Create(queueLimit: 4);
        var held = limiter.AttemptAcquire("holder");
        var greedy = Enumerable.Range(0, 4).Select(_ => Ask(limiter, "a")).ToList();

        var more = await Ask(limiter, "a");
        var modest = Ask(limiter, "b");
        var turnedAway = await greedy[3];

        more.IsAcquired.Should().BeFalse("it is the longest line itself that is full");
        turnedAway.IsAcquired.Should().BeFalse();
        limiter.GetStatistics("a")!.CurrentQueuedCount.Should().Be(4);
        held.Dispose();
        (await greedy[0]).Dispose();
        (await modest).IsAcquired.Should().BeTrue();
    }

    [Fact]
    public async Task A_full_queue_of_keys_that_wait_for_one_each_turns_nobody_away_for_another()
    {
        await using var limiter = Create(queueLimit: 2);
        using var held = limiter.AttemptAcquire("holder");
        var waits = new[] { Ask(limiter, "a"), Ask(limiter, "b") };

        var late = await Ask(limiter, "c");

        late.IsAcquired.Should().BeFalse();
        waits.Should().OnlyContain(it => !it.IsCompleted);
    }

    [Fact]
    public async Task A_cancelled_wait_leaves_its_turn_to_the_next_of_its_key()
    {
        await using var limiter = Create(queueLimit: 10);
        var held = limiter.AttemptAcquire("holder");
        using var cancellation = new CancellationTokenSource();
        var first = limiter.AcquireAsync("a", 1, cancellation.Token).AsTask();
        var second = Ask(limiter, "b");
        var third = Ask(limiter, "a");

        await cancellation.CancelAsync();
        await first.Invoking(it => it).Should().ThrowAsync<TaskCanceledException>();
        held.Dispose();

        (await third).Dispose();
        (await second).IsAcquired.Should().BeTrue();
        limiter.GetStatistics("a")!.CurrentQueuedCount.Should().Be(0);
    }

    [Fact]
    public async Task Disposal_refuses_all_who_wait()
    {
        var limiter = Create(queueLimit: 10);
        using var held = limiter.AttemptAcquire("holder");
        var waits = new[] { Ask(limiter, "a"), Ask(limiter, "b"), Ask(limiter, "a") };

        await limiter.DisposeAsync();

        (await Task.WhenAll(waits)).Should().OnlyContain(it => !it.IsAcquired);
    }

    private static PartitionedRateLimiter<string> Create(int queueLimit, int permits = 1) =>
        RateLimiters.CreateFair<string>(
            LimitKey.Of,
            [
                new LimitOptions
                {
                    Algorithm = LimitAlgorithm.Concurrency,
                    Permits = permits,
                    QueueLimit = queueLimit,
                },
            ]
        );

    private static Task<RateLimitLease> Ask(PartitionedRateLimiter<string> limiter, string key, int permits = 1) =>
        limiter.AcquireAsync(key, permits).AsTask();

    /// <summary>Gives back what is held, and then each lease as it comes: the order in which they came.</summary>
    private static async Task<List<string>> OrderAsync(
        RateLimitLease held,
        IReadOnlyList<(string Name, Task<RateLimitLease> Wait)> waits
    )
    {
        var order = new List<string>();
        var open = waits.ToList();
        held.Dispose();
        while (open.Count > 0)
        {
            await Task.WhenAny(open.Select(static it => it.Wait));
            var come = open.Where(static it => it.Wait.IsCompleted).ToList();
            order.AddRange(come.Select(static it => it.Name));
            open = [.. open.Except(come)];
            foreach (var (_, wait) in come)
            {
                (await wait).Dispose();
            }
        }

        return order;
    }
}
