using PerfKit.Caching.Internal.Memory;

namespace PerfKit.Caching.Tests.Memory;

public sealed class BlockStoreTests
{
    private static readonly MemoryBudgetOptions Options = new() { LimitBytes = 64 << 20, HighLoadFraction = 1 };

    [Fact]
    public void Return_twice_is_seen()
    {
        var store = new MemoryBudget(Options).Store;
        store.TryTake(1024, out var piece).Should().BeTrue();
        store.TryTake(1024, out _).Should().BeTrue();
        store.Return(piece);

        store.Invoking(s => s.Return(piece)).Should().Throw<InvalidOperationException>().WithMessage("*twice*");
    }

    [Fact]
    public void A_slab_whose_pieces_are_all_back_serves_another_class()
    {
        var budget = new MemoryBudget(Options);
        var pieces = Enumerable.Range(0, 256).Select(_ => Take(budget.Store, 256)).ToList();
        budget.UsedBytes.Should().Be(BlockStore.SlabBytes);
        pieces.ForEach(budget.Store.Return);

        Take(budget.Store, BlockStore.SlabBytes);

        budget.UsedBytes.Should().Be(BlockStore.SlabBytes);
    }

    [SkippableFact]
    public void Trim_gives_the_pages_back_to_the_system_at_once()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "elsewhere the collector gets the array");
        var budget = new MemoryBudget(Options);
        var pieces = Enumerable.Range(0, 512).Select(_ => Take(budget.Store, BlockStore.SlabBytes)).ToList();
        pieces.ForEach(static p => p.Span.Fill(7));
        var memory = pieces[0];
        pieces.ForEach(budget.Store.Return);

        budget.Store.Trim(64 << 20);

        budget.UsedBytes.Should().Be(0);
        memory.Span.IndexOfAnyExcept((byte)0).Should().Be(-1, "discarded pages read as zero");
        Take(budget.Store, BlockStore.SlabBytes).Span.Fill(9);
        budget.UsedBytes.Should().Be(BlockStore.SlabBytes);
    }

    private static BlockPiece Take(BlockStore store, int classBytes)
    {
        store.TryTake(classBytes, out var piece).Should().BeTrue();
        return piece;
    }
}
