using Microsoft.Extensions.Time.Testing;

namespace PerfKit.RateLimit.Tests;

/// <summary>Several threads that hold permits and spend of several limits, in a table of one set.</summary>
public sealed class KeyedLeaseConcurrencyTests
{
    private const int Threads = 4;
    private const int Keys = 24;
    private const int Permits = 2;

    private readonly FakeTimeProvider _clock = new();

    [Theory]
    [InlineData(LimitAlgorithm.Concurrency)]
    [InlineData(LimitAlgorithm.Concurrency, LimitAlgorithm.TokenBucket)]
    [InlineData(LimitAlgorithm.FixedWindow, LimitAlgorithm.Concurrency)]
    public async Task No_key_holds_more_than_its_permits_while_slots_change_hands_and_all_come_back(
        params LimitAlgorithm[] algorithms
    )
    {
        using var limiter = Create([
            .. algorithms.Select(it => new LimitOptions
            {
                Algorithm = it,
                Permits = it == LimitAlgorithm.Concurrency ? Permits : 1_000_000,
                Period = TimeSpan.FromSeconds(1),
            }),
        ]);
        var held = new int[Keys];
        var most = new int[Keys];

        await RunAsync(
            20_000,
            (random, leases) =>
            {
                if (leases.Count > random.Next(12))
                {
                    leases.Dequeue()();
                    return;
                }

                if (random.Next(8) == 0)
                {
                    _clock.Advance(TimeSpan.FromSeconds(1));
                }

                var wanted = random.Next(2) == 0 ? random.Next(3) : random.Next(Keys);
                var acquired = limiter.AttemptAcquire(wanted);
                if (acquired.IsAcquired)
                {
                    Raise(ref most[wanted], Interlocked.Increment(ref held[wanted]));
                    leases.Enqueue(() =>
                    {
                        Interlocked.Decrement(ref held[wanted]);
                        acquired.Dispose();
                    });
                }
            }
        );

        most.Should().OnlyContain(count => count <= Permits);
        most.Should().Contain(Permits);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Enumerable
            .Range(0, 1_000)
            .Should()
            .OnlyContain(key => limiter.GetStatistics(key)!.CurrentAvailablePermits == Permits, "nothing was lost");
    }

    [Fact]
    public async Task Threads_on_several_limits_of_a_key_spend_of_all_or_of_none()
    {
        using var limiter = Create(
            new()
            {
                Permits = 40_000,
                Period = TimeSpan.FromDays(1),
                Algorithm = LimitAlgorithm.FixedWindow,
            },
            new() { Permits = 10_000, Period = TimeSpan.FromDays(1) },
            new()
            {
                Permits = 50_000,
                Period = TimeSpan.FromDays(1),
                Algorithm = LimitAlgorithm.FixedWindow,
            }
        );
        var spent = 0;

        await RunAsync(
            5_000,
            (random, _) =>
            {
                var permits = random.Next(1, 4);
                if (limiter.Decide(0, permits).IsAdmitted)
                {
                    Interlocked.Add(ref spent, permits);
                }
            }
        );

        spent.Should().Be(10_000);
        limiter
            .Explain(0)
            .Should()
            .Match("'0' has 30000 of 40000 *; and 0 of 10000 *; and 40000 of 50000 permits of 24 h*");
    }

    private KeyedLimiter<int> Create(params LimitOptions[] limits) =>
        new(static key => LimitKey.Of(key), limits, 1, _clock);

    private static void Raise(ref int most, int count)
    {
        for (var seen = Volatile.Read(ref most); seen < count; seen = Volatile.Read(ref most))
        {
            Interlocked.CompareExchange(ref most, count, seen);
        }
    }

    private static Task RunAsync(int steps, Action<Random, Queue<Action>> step) =>
        Task.WhenAll(
            Enumerable
                .Range(0, Threads)
                .Select(thread =>
                    Task.Run(() =>
                    {
                        var random = new Random(thread);
                        var leases = new Queue<Action>();
                        for (var i = 0; i < steps; i++)
                        {
                            step(random, leases);
                        }

                        foreach (var giveBack in leases)
                        {
                            giveBack();
                        }
                    })
                )
        );
}
