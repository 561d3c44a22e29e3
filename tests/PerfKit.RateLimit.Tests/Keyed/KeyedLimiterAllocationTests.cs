using PerfKit.TestKit;

namespace PerfKit.RateLimit.Tests;

/// <summary>Alone: held leases are used again by the whole process.</summary>
[Collection(nameof(KeyedLimiterAllocationTests))]
[CollectionDefinition(nameof(KeyedLimiterAllocationTests), DisableParallelization = true)]
public sealed class KeyedLimiterAllocationTests
{
    [Theory]
    [InlineData(LimitAlgorithm.TokenBucket)]
    [InlineData(LimitAlgorithm.FixedWindow)]
    [InlineData(LimitAlgorithm.Concurrency)]
    [InlineData(LimitAlgorithm.TokenBucket, LimitAlgorithm.Concurrency, LimitAlgorithm.FixedWindow)]
    public void AttemptAcquire_does_not_allocate(params LimitAlgorithm[] algorithms)
    {
        using var limiter = new KeyedLimiter<string>(
            LimitKey.Of,
            algorithms.Select(it => new LimitOptions
            {
                Algorithm = it,
                Permits = 2_000,
                Period = TimeSpan.FromDays(1),
            }),
            1_000
        );
        var keys = Enumerable.Range(0, 5_000).Select(key => $"key {key}").ToArray();
        var (admitted, refused) = (0, 0);

        Allocated
            .Least(() =>
            {
                for (var i = 0; i < 50_000; i++)
                {
                    using var lease = limiter.AttemptAcquire(keys[i % keys.Length], 1_500);
                    using var more = limiter.AttemptAcquire(keys[i % 100], 1_500);
                    admitted += lease.IsAcquired ? 1 : 0;
                    refused += more.IsAcquired ? 0 : 1;
                }
            })
            .Should()
            .Be(0);
        (admitted > 0 && refused > 0).Should().BeTrue("both are measured");
    }

    [Fact]
    public void Decide_does_not_allocate_for_a_key_of_any_length()
    {
        using var limiter = new KeyedLimiter<string>(LimitKey.Of, [new LimitOptions { Permits = 500 }]);
        var key = new string('k', 10_000);
        var refused = 0;

        Allocated
            .Least(() =>
            {
                for (var i = 0; i < 10_000; i++)
                {
                    refused += limiter.Decide(key).IsAdmitted ? 0 : 1;
                }
            })
            .Should()
            .Be(0);
        refused.Should().BePositive("the refusals are measured too");
    }

    [Theory]
    [InlineData(LimitAlgorithm.TokenBucket)]
    [InlineData(LimitAlgorithm.FixedWindow)]
    [InlineData(LimitAlgorithm.Concurrency)]
    [InlineData(LimitAlgorithm.FixedWindow, LimitAlgorithm.Concurrency)]
    public void Looking_spending_and_giving_back_do_not_allocate(params LimitAlgorithm[] algorithms)
    {
        using var limiter = new KeyedLimiter<string>(
            LimitKey.Of,
            algorithms.Select(it => new LimitOptions { Algorithm = it, Permits = 3 }),
            100
        );
        var (seen, refused) = (0, 0);

        Allocated
            .Least(() =>
            {
                for (var i = 0; i < 50_000; i++)
                {
                    var key = LimitKey.Of(i & 1_023); // Most of them share.
                    seen += limiter.Look(key, 1).Remaining;
                    if (limiter.Spend(key, 1, out var spending).IsAdmitted)
                    {
                        limiter.GiveBack(key, 1, spending);
                    }

                    refused += limiter.Spend(key, 4, out _).IsAdmitted ? 0 : 1;
                }
            })
            .Should()
            .Be(0);
        (seen > 0 && refused > 0).Should().BeTrue("both are measured");
    }
}
