using PerfKit.RateLimit.Internal;
using PerfKit.RateLimit.Tests.Model;

namespace PerfKit.RateLimit.Tests;

/// <summary>Seeded threads at one limiter on a clock that counts as the machine's, and a checker.</summary>
[Collection("held leases")]
public sealed class LimiterThreadsTests
{
    private const int Threads = 3;

    private readonly HandClock _clock = new(1_000_000_000);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 4)]
    [InlineData(3, 70)]
    public void On_a_clock_that_stands_still_threads_get_the_permits_and_no_more(int seed, int most)
    {
        for (var round = 0; round < 40; round++)
        {
            var permits = 4_096 * (1 + (round % 20));
            using var limiter = Bucket(permits);
            var spent = 0L;
            var admitted = 0L;
            var refused = 0L;

            Hammer
                .Start(
                    Threads,
                    (seed * 100) + round,
                    dice =>
                    {
                        for (var count = (int)dice.Between(1, most); count > 0; )
                        {
                            if (limiter.AttemptAcquire(count).IsAcquired)
                            {
                                Interlocked.Add(ref spent, count);
                                Interlocked.Increment(ref admitted);
                                count = (int)dice.Between(1, most);
                            }
                            else
                            {
                                Interlocked.Increment(ref refused);
                                count /= 2; // Down to the last one.
                            }
                        }
                    }
                )
                .Join();

            // What a thread takes too much at the moment when all is taken back counts as spent: strict, and rare.
            spent.Should().BeInRange(permits - (permits / 100), permits);
            var statistics = limiter.GetStatistics()!;
            statistics.CurrentAvailablePermits.Should().Be(0);
            (statistics.TotalSuccessfulLeases, statistics.TotalFailedLeases).Should().Be((admitted, refused));
        }
    }

    [Theory]
    [InlineData(1, 4_096)]
    [InlineData(2, 8_192)]
    [InlineData(3, 100_000)]
    public void While_the_clock_runs_no_stretch_of_time_admits_more_than_burst_and_rate(int seed, int permits)
    {
        using var limiter = Bucket(permits);
        var logs = new List<List<(long From, long To, int Permits)>>();
        var refused = 0L;

        Hammer
            .Start(
                Threads,
                seed,
                dice =>
                {
                    var log = new List<(long, long, int)>();
                    for (var i = 0; i < 100_000; i++)
                    {
                        _clock.Advance(dice.OneIn(1_000) ? dice.Magnitude(0, 2_000_000_000) : dice.Below(1_000));
                        var count = dice.OneIn(100) ? (int)dice.Between(1, permits / 8) : (int)dice.Between(1, 5);
                        var from = _clock.Units;
                        if (limiter.AttemptAcquire(count).IsAcquired)
                        {
                            log.Add((from, _clock.Units, count));
                        }
                        else
                        {
                            Interlocked.Increment(ref refused);
                        }
                    }

                    lock (logs)
                    {
                        logs.Add(log);
                    }
                }
            )
            .Join();

        var admissions = logs.SelectMany(static it => it).OrderBy(static it => it.From).ToList();
        var statistics = limiter.GetStatistics()!;
        (statistics.TotalSuccessfulLeases, statistics.TotalFailedLeases).Should().Be((admissions.Count, refused));
        for (var first = 0; first < admissions.Count; first += 401)
        {
            Exceeds(admissions, first, permits).Should().BeFalse("seed {0}, window from {1}", seed, first);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Dispose_while_threads_ask_lets_none_through_after_it(int seed)
    {
        for (var round = 0; round < 100; round++)
        {
            var limiter = Bucket(permits: 1_000_000);
            var isDisposed = false;
            var late = 0;
            var threads = Hammer.Start(
                Threads,
                (seed * 1_000) + round,
                dice =>
                {
                    var wasDisposed = false;
                    try
                    {
                        while (!wasDisposed)
                        {
                            wasDisposed = Volatile.Read(ref isDisposed);
                            limiter.AttemptAcquire((int)dice.Between(0, 9)).Dispose();
                        }

                        Interlocked.Increment(ref late);
                    }
                    catch (ObjectDisposedException)
                    {
                        // How each thread is to end.
                    }
                }
            );

            limiter.Dispose();
            Volatile.Write(ref isDisposed, true);
            threads.Join();

            late.Should().Be(0);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Held_permits_come_back_whole_whoever_disposes_them_how_often(int seed)
    {
        const int permits = 7;
        using var limiter = RateLimiters.Create(
            new LimitOptions { Algorithm = LimitAlgorithm.Concurrency, Permits = permits },
            new LimitOptions { Permits = int.MaxValue }
        );
        var held = 0;
        var most = 0;

        Hammer
            .Start(
                Threads,
                seed,
                dice =>
                {
                    for (var i = 0; i < 30_000; i++)
                    {
                        var count = (int)dice.Between(1, 4);
                        var lease = limiter.AttemptAcquire(count);
                        if (lease.IsAcquired)
                        {
                            var now = Interlocked.Add(ref held, count);
                            Interlocked.Exchange(ref most, Math.Max(now, Volatile.Read(ref most)));
                            Interlocked.Add(ref held, -count);
                        }

                        lease.Dispose();
                        lease.Dispose();
                    }
                }
            )
            .Join();

        most.Should().BeLessThanOrEqualTo(permits);
        limiter.GetStatistics()!.CurrentAvailablePermits.Should().Be(permits);
    }

    private Limiter Bucket(int permits)
    {
        var options = new LimitOptions { Permits = permits, Period = TimeSpan.FromSeconds(1) };
        MachineClock.SetAside([options]).Should().BeGreaterThan(0, "permits set aside are what is tried here");
        return MachineClock.Limiter(_clock, options);
    }

    /// <summary>Counts what lies within the window for certain: asked for and answered inside it.</summary>
    private static bool Exceeds(List<(long From, long To, int Permits)> admissions, int first, int permits)
    {
        var start = admissions[first].From;
        Int128 sum = 0;
        var end = start;
        for (var i = first; i < admissions.Count; i++)
        {
            sum += admissions[i].Permits;
            end = Math.Max(end, admissions[i].To);
            if (sum * HandClock.UnitsPerSecond > permits * ((Int128)HandClock.UnitsPerSecond + end - start))
            {
                return true;
            }
        }

        return false;
    }
}
