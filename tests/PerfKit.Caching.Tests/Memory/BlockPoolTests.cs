using System.Buffers;
using CsCheck;

namespace PerfKit.Caching.Tests.Memory;

public sealed class BlockPoolTests
{
    private static MemoryAccount Open(long limitBytes = 64 << 20) =>
        new MemoryBudget(new MemoryBudgetOptions { LimitBytes = limitBytes, HighLoadFraction = 1 }).OpenAccount("a");

    [Theory]
    [InlineData(0, 256)]
    [InlineData(1, 256)]
    [InlineData(257, 512)]
    [InlineData(-1, 4096)]
    [InlineData(65_536, 65_536)]
    public void Rent_gives_the_smallest_class_that_holds_the_size(int asked, int given)
    {
        using var account = Open();

        using var owner = account.Pool.Rent(asked);

        owner.Memory.Length.Should().Be(given);
        account.UsedBytes.Should().Be(given);
    }

    [Theory]
    [InlineData(65_537)]
    [InlineData(-2)]
    public void Rent_of_a_size_no_class_has_is_refused(int asked)
    {
        using var account = Open();

        account.Pool.Invoking(p => p.Rent(asked)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Rent_beyond_the_budget_names_the_account()
    {
        using var account = Open(1 << 20);
        var owners = Enumerable.Range(0, 16).Select(_ => account.Pool.Rent(65_536)).ToList();

        account
            .Pool.Invoking(static p => p.Rent(1))
            .Should()
            .Throw<InsufficientMemoryException>()
            .WithMessage("*account 'a'*");
        owners.ForEach(static o => o.Dispose());
        account.GetStatistics().Should().Be(new MemoryAccountStatistics(0, 0, 1, 0));
    }

    [Fact]
    public void Dispose_twice_does_not_hand_the_block_out_twice()
    {
        using var account = Open();
        var first = account.Pool.Rent(65_536);
        first.Dispose();
        using var second = account.Pool.Rent(65_536);
        first.Dispose();
        using var third = account.Pool.Rent(65_536);

        second.Memory.Span.Fill(2);
        third.Memory.Span.Fill(3);

        second.Memory.Span.IndexOfAnyExcept((byte)2).Should().Be(-1);
        account.GetStatistics().Blocks.Should().Be(2);
    }

    [Fact]
    public void Memory_kept_after_Dispose_throws_instead_of_showing_the_next_use()
    {
        using var account = Open();
        var owner = account.Pool.Rent(1000);
        var kept = owner.Memory;
        owner.Dispose();
        using var next = account.Pool.Rent(1000);

        var use = () => kept.Span.Length;

        use.Should().Throw<ObjectDisposedException>();
        kept.Invoking(static k => k.Pin()).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void Pieces_never_overlap_and_every_figure_is_right_after_each_step()
    {
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 65_536], Gen.Int[0, 99])
            .Array[1, 300]
            .Sample(
                history =>
                {
                    using var account = Open(2 << 20);
                    Play(account, history);
                },
                iter: 200
            );
    }

    private static void Play(MemoryAccount account, (int Kind, int Bytes, int Which)[] history)
    {
        var held = new List<(IMemoryOwner<byte> Owner, byte Mark)>();
        byte mark = 0;
        foreach (var (kind, bytes, which) in history)
        {
            if (kind < 2 && TryRent(account, kind == 0 ? bytes : bytes / 100) is { } owner)
            {
                owner.Memory.Span.Fill(++mark);
                held.Add((owner, mark));
            }
            else if (held.Count > 0)
            {
                var at = which % held.Count;
                Require(held[at].Owner.Memory.Span.IndexOfAnyExcept(held[at].Mark) < 0, "a piece was overwritten");
                held[at].Owner.Dispose();
                held.RemoveAt(at);
            }

            Require(account.UsedBytes == held.Sum(static h => (long)h.Owner.Memory.Length), "the account's bytes");
            Require(account.GetStatistics().Blocks == held.Count, "the account's blocks");
        }

        foreach (var (owner, _) in held)
        {
            owner.Dispose();
        }

        Require(account.UsedBytes == 0, "everything is back");
    }

    private static IMemoryOwner<byte>? TryRent(MemoryAccount account, int bytes)
    {
        try
        {
            return account.Pool.Rent(bytes);
        }
        catch (InsufficientMemoryException)
        {
            return null; // The budget of 2 MiB is meant to be met.
        }
    }

    private static void Require(bool condition, string what)
    {
        if (!condition)
        {
            throw new InvalidOperationException(what);
        }
    }
}
