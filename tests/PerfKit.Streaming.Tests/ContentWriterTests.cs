using System.IO.Hashing;
using PerfKit.Streaming.Internal;
using PerfKit.TestKit;

namespace PerfKit.Streaming.Tests;

public sealed class ContentWriterTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(16_384, 4096)]
    [InlineData(20_000, 1)]
    [InlineData(300_000, 4096)]
    [InlineData(300_000, 777)]
    [InlineData(1_000_000, 1 << 20)]
    public async Task WriteAsync_of_lent_segments_stores_them_in_their_order(int length, int segmentBytes)
    {
        var bytes = TestBytes.Random(length);
        var store = new LocalContentStore(new LocalContentStoreOptions { Root = _folder.Path, Durable = false });
        await using var writer = await store.CreateWriterAsync();

        await writer.WriteAsync(bytes.AsMemory(0, 100));
        await writer.WriteAsync(LentSegments.Of(bytes.AsMemory(100), segmentBytes));
        var info = await writer.FinishAsync();
        await writer.CommitAsync();

        info.Should().Be(new ContentInfo(ContentHash.Compute(bytes), length));
        (await store.ReadAllAsync(info.Hash)).AsSpan().SequenceEqual(bytes).Should().BeTrue();
    }

    [Fact]
    public async Task WriteAsync_gathers_small_pieces_and_lends_large_ones_on()
    {
        await using var writer = new RecordingWriter();

        for (var i = 0; i < 100; i++)
        {
            await writer.WriteAsync(TestBytes.Random(1000));
        }

        await writer.WriteAsync(TestBytes.Random(1_000_000));
        await writer.FinishAsync();

        writer.Blocks.Should().Equal(65_000, 35_000, 1_000_000);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(200_000)]
    public async Task XxHash128_is_that_of_the_whole_content(int length)
    {
        var bytes = TestBytes.Random(length);
        await using var writer = new RecordingWriter();
        for (var at = 0; at < length; at += 9999)
        {
            await writer.WriteAsync(bytes.AsMemory(at, Math.Min(9999, length - at)));
        }

        await writer.FinishAsync();
        await writer.CommitAsync();

        writer.XxHash128.Should().Be(XxHash128.HashToUInt128(bytes));
    }

    [Fact]
    public async Task XxHash128_before_the_finish_is_refused_with_a_sentence()
    {
        await using var writer = new RecordingWriter();

        var ask = () => writer.XxHash128;

        ask.Should().Throw<InvalidOperationException>().WithMessage("*is writing*needs it finished*");
    }

    [Fact]
    public async Task A_writer_with_nothing_in_it_holds_next_to_nothing()
    {
        const int writers = 1000;
        var open = new List<ContentWriter>(writers);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < writers; i++)
        {
            open.Add(new RecordingWriter());
        }

        var each = (GC.GetAllocatedBytesForCurrentThread() - before) / writers;

        each.Should().BeLessThan(2048);
        foreach (var writer in open)
        {
            await writer.DisposeAsync();
        }
    }

    [SkippableTheory]
    [InlineData(100_000)]
    [InlineData(4096)]
    public void A_full_disk_is_told_from_other_errors(int segmentBytes)
    {
        Skip.IfNot(File.Exists("/dev/full") && GatherWrite.Supported, "Only Linux has a disk that is always full.");
        using var full = File.OpenHandle("/dev/full", FileMode.Open, FileAccess.Write);

        var write = () => GatherWrite.Write(full, LentSegments.Of(new byte[100_000], segmentBytes), offset: 0);

        write.Should().Throw<IOException>().Where(e => DiskSpace.IsFull(e));
    }
}
