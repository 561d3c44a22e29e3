using System.IO.Pipelines;

namespace PerfKit.Caching.Tests.Contents;

public sealed class ContentCacheTests
{
    [Fact]
    public void The_bound_holds_and_evicted_contents_give_their_blocks_back()
    {
        using var cache = TestContent.Cache(capacityBytes: 512 * 1024);

        for (var id = 0; id < 50; id++)
        {
            cache.TryPut(TestContent.Key(id), TestContent.Bytes(id, 64 * 1024)).Should().BeTrue();
            cache.GetStatistics().KeptBytes.Should().BeLessThanOrEqualTo(512 * 1024);
        }

        var statistics = cache.GetStatistics();
        statistics.Contents.Should().Be(7);
        statistics.Evictions.Should().Be(43);
        statistics.HeldBytes.Should().Be(statistics.KeptBytes).And.Be(7 * ((64 * 1024) + 640 + 208));
    }

    [Fact]
    public void TryPut_of_a_content_that_is_too_long_is_refused_by_result_and_explained()
    {
        using var cache = TestContent.Cache(maxContentBytes: 1000);

        cache.TryPut(TestContent.Key(1), new byte[1001]).Should().BeFalse();

        cache.Explain(TestContent.Key(1)).Should().Contain("its 1001 bytes are more than MaxContentBytes, 1000");
        cache.GetStatistics().PassedThrough.Should().Be(1);
    }

    [Fact]
    public void TryPut_beyond_the_budget_is_refused_by_result_when_leases_hold_everything()
    {
        using var cache = TestContent.Cache(capacityBytes: 8 << 20, budgetBytes: 1 << 20);
        var leases = new List<ContentLease>();
        for (var id = 0; id < 15; id++)
        {
            cache.TryPut(TestContent.Key(id), TestContent.Bytes(id, 64 * 1024)).Should().BeTrue();
            cache.TryGet(TestContent.Key(id), out var lease).Should().BeTrue();
            leases.Add(lease);
        }

        cache.TryPut(TestContent.Key(99), new byte[100_000]).Should().BeFalse();

        cache.Explain(TestContent.Key(99)).Should().EndWith("is absent: the memory budget refused it.");
        leases.ForEach(static l => l.Dispose());
        cache.TryPut(TestContent.Key(99), new byte[100_000]).Should().BeTrue();
        cache.Explain(TestContent.Key(99)).Should().Contain("is present");
    }

    [Fact]
    public void A_full_budget_makes_the_cache_give_back_its_oldest_contents()
    {
        using var cache = TestContent.Cache(capacityBytes: 8 << 20, budgetBytes: 1 << 20);

        for (var id = 0; id < 100; id++)
        {
            cache.TryPut(TestContent.Key(id), TestContent.Bytes(id, 64 * 1024)).Should().BeTrue();
        }

        cache.TryGet(TestContent.Key(99), out var lease).Should().BeTrue();
        lease.Dispose();
        cache.TryGet(TestContent.Key(0), out _).Should().BeFalse();
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(1, 65_535L)]
    [InlineData(65_535, 2L)]
    [InlineData(150_000, null)]
    [InlineData(150_000, 0L)]
    [InlineData(70_000, 80_000L)]
    public async Task TryWriteToAsync_writes_exactly_the_range(int offset, long? count)
    {
        const int Length = 150_000;
        using var cache = TestContent.Cache();
        cache.TryPut(TestContent.Key(7), TestContent.Bytes(7, Length));
        using var sink = new MemoryStream();
        var writer = PipeWriter.Create(sink, new StreamPipeWriterOptions(leaveOpen: true));

        (await cache.TryWriteToAsync(TestContent.Key(7), offset, count, writer)).Should().BeTrue();

        await writer.CompleteAsync();
        sink.Length.Should().Be(count ?? Length - offset);
        TestContent.FirstForeign(new(sink.ToArray()), 7, offset).Should().Be(-1);
        cache.GetStatistics().Leases.Should().Be(0);
    }

    [Theory]
    [InlineData(-1, null)]
    [InlineData(101, null)]
    [InlineData(50, 51L)]
    [InlineData(0, -1L)]
    public async Task TryWriteToAsync_outside_the_content_is_refused_and_leaks_no_lease(int offset, long? count)
    {
        using var cache = TestContent.Cache();
        cache.TryPut(TestContent.Key(1), new byte[100]);
        var writer = PipeWriter.Create(Stream.Null);

        var write = async () => await cache.TryWriteToAsync(TestContent.Key(1), offset, count, writer);

        await write.Should().ThrowAsync<ArgumentOutOfRangeException>();
        cache.GetStatistics().Leases.Should().Be(0);
    }

    [Fact]
    public async Task TryWriteToAsync_of_an_absent_content_writes_nothing()
    {
        using var cache = TestContent.Cache();

        (await cache.TryWriteToAsync(TestContent.Key(1), 0, null, PipeWriter.Create(Stream.Null))).Should().BeFalse();
    }

    [Fact]
    public void An_empty_content_is_kept_and_takes_its_entry_alone()
    {
        using var cache = TestContent.Cache();

        cache.TryPut(TestContent.Key(1), []).Should().BeTrue();

        cache.TryGet(TestContent.Key(1), out var lease).Should().BeTrue();
        lease.Content.IsEmpty.Should().BeTrue();
        lease.Dispose();
        cache.GetStatistics().KeptBytes.Should().Be(640);
    }

    [Fact]
    public void Clear_and_Dispose_give_every_block_back()
    {
        var budget = new MemoryBudget(
            new MemoryBudgetOptions
            {
                LimitBytes = 8 << 20,
                MaxFreeBytes = 0,
                HighLoadFraction = 1,
            }
        );
        var cache = new ContentCache(new ContentCacheOptions(), budget);
        cache.TryPut(TestContent.Key(1), new byte[300_000]);
        cache.TryPut(TestContent.Key(1), new byte[300_000]);
        cache.Clear();
        budget.UsedBytes.Should().Be(0);
        cache.TryPut(TestContent.Key(2), new byte[300_000]);

        cache.Dispose();

        budget.UsedBytes.Should().Be(0);
        cache.TryGet(TestContent.Key(2), out _).Should().BeFalse();
        cache.Invoking(static c => c.TryPut(TestContent.Key(3), [1])).Should().Throw<ObjectDisposedException>();
        budget.UsedBytes.Should().Be(0);
    }

    [Fact]
    public void Options_out_of_range_are_refused_in_a_sentence_that_names_the_cache()
    {
        var budget = new MemoryBudget(new MemoryBudgetOptions());
        var bad = new[]
        {
            new ContentCacheOptions { CapacityBytes = 0 },
            new ContentCacheOptions { MaxContentBytes = -1 },
            new ContentCacheOptions { MaxFillingBytes = long.MaxValue },
            new ContentCacheOptions { Priority = 5000 },
        };

        bad.Select(o => Record.Exception(() => new ContentCache(o, budget, "files")))
            .Should()
            .AllBeOfType<ArgumentException>()
            .And.OnlyContain(static e =>
                e.Message.StartsWith("ContentCacheOptions 'files': ", StringComparison.Ordinal)
                && e.Message.Contains("must be between", StringComparison.Ordinal)
            );
    }
}
