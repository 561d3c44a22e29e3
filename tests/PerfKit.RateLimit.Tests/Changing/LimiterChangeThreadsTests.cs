using System.Threading.RateLimiting;
using Microsoft.Extensions.Time.Testing;
using PerfKit.RateLimit.Internal;
using PerfKit.RateLimit.Tests.Model;
using static PerfKit.RateLimit.LimitAlgorithm;
using static PerfKit.RateLimit.Tests.Changing.Shared;

namespace PerfKit.RateLimit.Tests.Changing;

/// <summary>Threads that ask, wait, cancel and give back while another changes the limits again and again.</summary>
[Collection("held leases")]
public sealed class LimiterChangeThreadsTests
{
    private const int Threads = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _clock = new();

    /// <summary>The clock stands still and limits only rise, so of all algorithms the last limit is the total.</summary>
    [Theory]
    [InlineData(1, false, TokenBucket)]
    [InlineData(2, true, TokenBucket)]
    [InlineData(3, false, SlidingWindow)]
    [InlineData(4, true, SlidingLog)]
    [InlineData(5, false, FixedWindow)]
    [InlineData(6, true, FixedWindow)]
    [InlineData(7, false, TokenBucket, SlidingLog, FixedWindow, SlidingWindow)]
    [InlineData(8, true, TokenBucket, FixedWindow)]
    public void While_limits_rise_threads_get_the_last_limit_and_no_more(
        int seed,
        bool isMachine,
        params LimitAlgorithm[] kinds
    )
    {
        for (var round = 0; round < 6; round++)
        {
            const int first = 10_000;
            const int last = 20_000;
            var slack = isMachine ? 1_000 : 10; // What is taken too much when all is taken back counts as spent, there.
            using var limiter = isMachine
                ? MachineClock.Limiter(_clock, Options(kinds[0], first, 1))
                : Limiter(_clock, Options(kinds[0], first, 1));
            var spent = 0L;
            var threads = Hammer.Start(
                Threads,
                (seed * 100) + round,
                dice =>
                {
                    while (Volatile.Read(ref spent) < last - slack)
                    {
                        Interlocked.Add(ref spent, Spend(limiter, dice));
                    }
                }
            );

            for (var permits = first; permits <= last; permits += 100)
            {
                limiter.Change([Options(kinds[permits / 100 % kinds.Length], permits, 1 + (permits / 100 % 2))]);
                SpinWait.SpinUntil(() => Volatile.Read(ref spent) >= permits - slack, Patience).Should().BeTrue();
            }

            threads.Join();
            while (limiter.AttemptAcquire().IsAcquired)
            {
                spent++;
            }

            spent.Should().BeInRange(isMachine ? last - slack : last, last);
            Remaining(limiter).Should().Be(0);
        }
    }

    /// <summary>A window's count is not cut when its limit goes down, so the highest limit is the total.</summary>
    [Theory]
    [InlineData(1, SlidingWindow)]
    [InlineData(2, SlidingLog)]
    [InlineData(3, FixedWindow)]
    public void While_a_windows_limit_goes_up_and_down_threads_get_the_highest_and_no_more(
        int seed,
        LimitAlgorithm kind
    )
    {
        const int most = 50_000;
        using var limiter = MachineClock.Limiter(_clock, Options(kind, most));
        var spent = 0L;
        var isOver = false;
        var threads = Hammer.Start(
            Threads,
            seed,
            dice =>
            {
                while (!Volatile.Read(ref isOver))
                {
                    Interlocked.Add(ref spent, Spend(limiter, dice));
                }
            }
        );

        for (var i = 1; i < 20_000; i++)
        {
            limiter.Change([Options(kind, i % 2 == 0 ? most : 1 + (i % 40_000))]);
        }

        limiter.Change([Options(kind, most)]);
        SpinWait.SpinUntil(() => Remaining(limiter) == 0, Patience).Should().BeTrue();
        Volatile.Write(ref isOver, true);
        threads.Join();
        while (limiter.AttemptAcquire().IsAcquired)
        {
            spent++; // Given back by the last of them.
        }

        spent.Should().Be(most);
    }

    [Theory]
    [InlineData(1, false, Concurrency)]
    [InlineData(2, true, Concurrency)]
    [InlineData(3, true, FixedWindow)]
    [InlineData(4, true, TokenBucket)]
    [InlineData(5, false, SlidingLog)]
    [InlineData(6, true, SlidingWindow)]
    public async Task While_limits_and_queue_change_nobody_who_waits_is_lost_or_served_twice(
        int seed,
        bool isFair,
        LimitAlgorithm kind
    )
    {
        const int most = 1_000_000_000;
        using var limiter = RateLimiters.Create(_clock, isFair, [Options(kind, 9, queue: 30)]);
        var isHeld = kind == Concurrency;
        var crowd = new Crowd(limiter, isHeld);
        var workers = Enumerable
            .Range(0, 8)
            .Select(i => Task.Run(() => crowd.WorkAsync(new Dice((ulong)((seed * 100) + i)), i)));
        var all = Task.WhenAll(workers);

        var dice = new Dice((ulong)seed);
        while (!all.IsCompleted)
        {
            var spent = isHeld ? 6 : crowd.Spent;
            var permits = (int)Math.Max(1, spent + dice.Between(-5, 30));
            limiter.Change([Options(kind, permits, queue: dice.OneIn(3) ? 0 : (int)dice.Between(1, 40))]);
            await Task.Yield();
        }

        await all;
        crowd.Waited.Should().BePositive("that is what is tried here");
        var statistics = limiter.GetStatistics()!;
        statistics.CurrentQueuedCount.Should().Be(0);
        (statistics.TotalSuccessfulLeases, statistics.TotalFailedLeases).Should().Be((crowd.Admitted, crowd.Refused));
        if (kind != TokenBucket)
        {
            limiter.Change([Options(kind, most)]);
            Remaining(limiter).Should().Be(most - (int)crowd.Spent);
        }
    }

    /// <summary>Asks in one of three ways and may give back; what was spent.</summary>
    private static int Spend(Limiter limiter, Dice dice)
    {
        var count = (int)dice.Between(1, 5);
        try
        {
            switch (dice.Below(4))
            {
                case 0:
                    var asked = limiter.AcquireAsync(count, default, CancellationToken.None);
                    return asked.AsTask().GetAwaiter().GetResult().IsAcquired ? count : 0;
                case 1:
                    var isAdmitted = limiter.Decide(count, out _, out var spentAt).IsAdmitted;
                    if (isAdmitted && dice.OneIn(3))
                    {
                        limiter.GiveBack(count, spentAt);
                        return 0;
                    }

                    return isAdmitted ? count : 0;
                default:
                    return limiter.AttemptAcquire(count).IsAcquired ? count : 0;
            }
        }
        catch (ArgumentOutOfRangeException)
        {
            return 0; // More than there were by the limit of that moment.
        }
    }
}
