using Microsoft.Extensions.Time.Testing;

namespace PerfKit.Caching.Tests.Memory;

public sealed class MemoryBudgetTests
{
    private const int Slab = 64 * 1024;

    private static MemoryBudget Create(long limitBytes = 1 << 20, long maxFreeBytes = 16 << 20) =>
        new(
            new MemoryBudgetOptions
            {
                LimitBytes = limitBytes,
                MaxFreeBytes = maxFreeBytes,
                HighLoadFraction = 1,
            }
        );

    [Fact]
    public void TryReserve_within_the_limit_counts_in_the_account_and_in_the_budget()
    {
        var budget = Create();
        using var account = budget.OpenAccount("a");

        account.TryReserve(1 << 20).Should().BeTrue();

        account.UsedBytes.Should().Be(1 << 20);
        budget.UsedBytes.Should().Be(1 << 20);
        account.Release(1 << 20);
        (account.UsedBytes, budget.UsedBytes).Should().Be((0L, 0L));
    }

    [Fact]
    public void TryReserve_above_the_limit_refuses_by_result_and_changes_nothing()
    {
        var budget = Create();
        using var account = budget.OpenAccount("a");
        account.TryReserve(1_000_000).Should().BeTrue();

        account.TryReserve(100_000).Should().BeFalse();

        budget.UsedBytes.Should().Be(1_000_000);
        account.GetStatistics().Should().Be(new MemoryAccountStatistics(1_000_000, 0, 1, 0));
    }

    [Fact]
    public void TryReserve_asks_the_lowest_priority_first_and_others_only_for_the_rest()
    {
        var budget = Create();
        var asked = new List<(string Name, long Bytes)>();
        var held = new Dictionary<string, MemoryAccount>();
        foreach (var (name, priority) in new[] { ("high", 10), ("low", -10), ("middle", 0) })
        {
            held[name] = budget.OpenAccount(
                name,
                priority,
                bytes =>
                {
                    asked.Add((name, bytes));
                    held[name].Release(300_000);
                    return 300_000;
                }
            );
            held[name].TryReserve(300_000).Should().BeTrue();
        }

        using var account = budget.OpenAccount("new", 20);
        account.TryReserve(500_000).Should().BeTrue();

        var missing = 500_000 - ((1 << 20) - 900_000);
        asked.Should().Equal(("low", (long)missing), ("middle", (long)missing - 300_000));
        held["low"].GetStatistics().GivenBackBytes.Should().Be(300_000);
        held["high"].UsedBytes.Should().Be(300_000);
    }

    [Fact]
    public void TryReserve_for_more_than_the_whole_limit_asks_nobody()
    {
        var budget = Create();
        using var other = budget.OpenAccount("other", 0, static _ => throw new InvalidOperationException("asked"));

        other.TryReserve((1 << 20) + 1).Should().BeFalse();
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(-5)]
    [InlineData(0)]
    public void TryReserve_ends_with_a_refusal_when_an_account_lies_about_what_it_gave(long lie)
    {
        var budget = Create();
        using var liar = budget.OpenAccount("liar", 0, _ => lie);
        liar.TryReserve(1 << 20).Should().BeTrue();
        using var account = budget.OpenAccount("a");

        account.TryReserve(1).Should().BeFalse();

        budget.UsedBytes.Should().Be(1 << 20);
    }

    [Fact]
    public void TryReserve_while_giving_back_is_not_served_by_asking_again()
    {
        var budget = Create();
        var calls = 0;
        MemoryAccount? greedy = null;
        greedy = budget.OpenAccount(
            "greedy",
            0,
            _ =>
            {
                calls++;
                greedy!.TryReserve(10).Should().BeFalse();
                return 0;
            }
        );
        greedy.TryReserve(1 << 20).Should().BeTrue();

        greedy.TryReserve(1).Should().BeFalse();

        calls.Should().Be(1);
    }

    [Fact]
    public void An_account_that_was_disposed_is_asked_no_more()
    {
        var budget = Create();
        var gone = budget.OpenAccount("gone", 0, static _ => throw new InvalidOperationException("asked"));
        gone.TryReserve(1 << 20).Should().BeTrue();
        gone.Dispose();
        using var account = budget.OpenAccount("a");

        account.TryReserve(1).Should().BeFalse();
    }

    [Fact]
    public void Free_blocks_count_until_a_reservation_needs_their_bytes()
    {
        var budget = Create();
        using var account = budget.OpenAccount("a");
        foreach (var owner in Enumerable.Range(0, 16).Select(_ => account.Pool.Rent(Slab)).ToList())
        {
            owner.Dispose();
        }

        (budget.UsedBytes, budget.FreeBytes, account.UsedBytes).Should().Be((16 * Slab, 16 * Slab, 0));
        account.TryReserve((10 * Slab) + 1).Should().BeTrue();

        budget.FreeBytes.Should().Be(5 * Slab);
        budget.UsedBytes.Should().Be((15 * Slab) + 1);
    }

    [Fact]
    public void A_rent_is_served_by_blocks_another_account_gives_back()
    {
        var budget = Create();
        var kept = new Stack<IDisposable>();
        using var cache = budget.OpenAccount(
            "cache",
            0,
            _ =>
            {
                kept.Pop().Dispose();
                return Slab;
            }
        );
        for (var i = 0; i < 16; i++)
        {
            kept.Push(cache.Pool.Rent(Slab));
        }

        using var account = budget.OpenAccount("a");
        using var owner = account.Pool.Rent(100);

        kept.Should().HaveCount(15);
        (cache.UsedBytes, account.UsedBytes, budget.UsedBytes).Should().Be((15 * Slab, 256, 16 * Slab));
    }

    [Fact]
    public void Free_blocks_are_bounded()
    {
        var budget = Create(maxFreeBytes: 4 * Slab);
        using var account = budget.OpenAccount("a");
        foreach (var owner in Enumerable.Range(0, 16).Select(_ => account.Pool.Rent(Slab)).ToList())
        {
            owner.Dispose();
        }

        (budget.UsedBytes, budget.FreeBytes).Should().Be((4 * Slab, 4 * Slab));
    }

    [Fact]
    public void A_high_load_makes_accounts_give_back_although_the_budget_has_room()
    {
        var limits = new FakeMemoryLimits { LoadBytes = 50 << 20 };
        var clock = new FakeTimeProvider();
        var budget = new MemoryBudget(new MemoryBudgetOptions { HighLoadFraction = 0.8 }, clock, limits);
        var asked = new List<long>();
        using var cache = budget.OpenAccount(
            "cache",
            0,
            bytes =>
            {
                asked.Add(bytes);
                return bytes;
            }
        );
        cache.TryReserve(1).Should().BeTrue();
        limits.LoadBytes = 90 << 20;
        cache.TryReserve(1).Should().BeTrue();
        asked.Should().BeEmpty("the last look is not 100 ms ago");

        clock.Advance(TimeSpan.FromMilliseconds(101));
        cache.TryReserve(1).Should().BeTrue();
        cache.TryReserve(1).Should().BeTrue();

        asked.Should().Equal(10 << 20);
        limits.Looks.Should().Be(2);
    }

    [Fact]
    public void Without_LimitBytes_the_limit_is_a_share_of_what_was_detected() =>
        new MemoryBudget(new MemoryBudgetOptions { LimitFraction = 0.25 }, null, new FakeMemoryLimits())
            .LimitBytes.Should()
            .Be(25 << 20);

    [Fact]
    public void Options_out_of_range_are_refused_in_a_sentence()
    {
        var bad = new[]
        {
            new MemoryBudgetOptions { LimitBytes = 0 },
            new MemoryBudgetOptions { LimitBytes = -1 },
            new MemoryBudgetOptions { LimitFraction = 0 },
            new MemoryBudgetOptions { LimitFraction = double.NaN },
            new MemoryBudgetOptions { HighLoadFraction = 1.5 },
            new MemoryBudgetOptions { MaxFreeBytes = -1 },
        };

        bad.Select(static o => Record.Exception(() => new MemoryBudget(o)))
            .Should()
            .AllBeOfType<ArgumentException>()
            .And.OnlyContain(static e => e.Message.Contains("must be between", StringComparison.Ordinal));
    }
}
