using System.IO.Pipelines;

namespace PerfKit.Caching.Tests.Contents;

/// <summary>What is not kept is handed over all the same, and the result says so.</summary>
public sealed class ContentRefusalTests
{
    private const int Length = 200_000;

    [Theory]
    [InlineData(1000L, 32L << 20, 64L << 20, "more than MaxContentBytes, 1000")]
    [InlineData(1L << 20, 1000L, 64L << 20, "more than MaxFillingBytes")]
    public async Task A_refused_content_passes_through_and_Explain_says_why(
        long maxContentBytes,
        long maxFillingBytes,
        long budgetBytes,
        string says
    )
    {
        using var cache = TestContent.Cache(1 << 20, maxContentBytes, budgetBytes, maxFillingBytes);

        var (result, bytes) = await TestContent.ReadAsync(cache, 1, Length, Open);

        result.Should().Be(new ContentWriteResult(ContentOrigin.PassedThrough, false));
        bytes.Should().Equal(TestContent.Bytes(1, Length));
        cache.Explain(TestContent.Key(1)).Should().Contain(says);
        cache.GetStatistics().PassedThrough.Should().Be(1);
    }

    [Fact]
    public async Task A_content_the_budget_refuses_passes_through()
    {
        var budget = new MemoryBudget(new MemoryBudgetOptions { LimitBytes = 1 << 20, HighLoadFraction = 1 });
        using var other = budget.OpenAccount("other");
        other.TryReserve(1_000_000);
        using var cache = new ContentCache(new ContentCacheOptions(), budget);

        var (result, bytes) = await TestContent.ReadAsync(cache, 1, Length, Open);

        result.Origin.Should().Be(ContentOrigin.PassedThrough);
        bytes.Should().Equal(TestContent.Bytes(1, Length));
        cache.Explain(TestContent.Key(1)).Should().EndWith("the memory budget refused it.");
        budget.UsedBytes.Should().BeLessThanOrEqualTo(1 << 20);
        cache.GetStatistics().HeldBytes.Should().Be(0);
    }

    [Theory]
    [InlineData(0, 10L)]
    [InlineData(65_530, 100L)]
    [InlineData(150_000, null)]
    public async Task A_range_of_a_refused_content_passes_through_alone(int offset, long? count)
    {
        using var cache = TestContent.Cache(maxContentBytes: 0);

        var (_, bytes) = await TestContent.ReadAsync(cache, 1, Length, Open, offset, count);

        bytes.Should().HaveCount((int)(count ?? Length - offset));
        TestContent.FirstForeign(new(bytes), 1, offset).Should().Be(-1);
    }

    [Theory]
    [InlineData(Length - 1)]
    [InlineData(Length + 1)]
    public async Task A_refused_content_of_a_wrong_length_fails_honestly(int declared)
    {
        using var cache = TestContent.Cache(maxContentBytes: 0);

        var read = () => TestContent.ReadAsync(cache, 1, declared, Open);

        await read.Should().ThrowAsync<ContentFillException>().WithMessage("*declared*");
    }

    [Fact]
    public async Task A_length_other_than_that_of_the_fill_or_of_what_is_kept_is_never_mixed_up()
    {
        using var cache = TestContent.Cache();
        var source = new ControlledSource(1, Length);
        var first = TestContent.ReadAsync(cache, 1, Length, source.Open);
        var (other, _) = await TestContent.ReadAsync(cache, 1, 10, static _ => new(TestContent.Source(1, 10)));
        await source.GiveAsync(Length);
        source.End();
        await first;

        other.Origin.Should().Be(ContentOrigin.PassedThrough);
        var read = () => TestContent.ReadAsync(cache, 1, 10, Open);
        await read.Should().ThrowAsync<ContentFillException>().WithMessage("*kept with 200000 bytes, and 10*");
        cache.GetStatistics().Leases.Should().Be(0);
    }

    private static ValueTask<PipeReader> Open(CancellationToken cancellationToken) =>
        new(TestContent.Source(1, Length));
}
