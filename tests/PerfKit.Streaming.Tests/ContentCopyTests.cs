using System.Buffers;
using System.IO.Pipelines;

namespace PerfKit.Streaming.Tests;

public sealed class ContentCopyTests
{
    private readonly MemoryContentStore _store = new();

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(1_000_000)]
    public async Task CopyToAsync_takes_a_pipe_to_its_end_and_finishes(int length)
    {
        var bytes = TestBytes.Random(length);
        await using var writer = await _store.CreateWriterAsync();

        var info = await PipeReader.Create(new MemoryStream(bytes)).CopyToAsync(writer, length);

        info.Should().Be(new ContentInfo(ContentHash.Compute(bytes), length));
    }

    [Fact]
    public async Task CopyToAsync_of_one_byte_too_many_throws_with_the_limit()
    {
        await using var writer = await _store.CreateWriterAsync();

        var copy = async () => await PipeReader.Create(new MemoryStream(new byte[101])).CopyToAsync(writer, 100);

        (await copy.Should().ThrowAsync<ContentTooLargeException>().WithMessage("*100 bytes*"))
            .Which.MaxBytes.Should()
            .Be(100);
    }

    [Fact]
    public async Task CopyToAsync_from_a_pipe_that_ends_with_an_error_passes_it_on()
    {
        var pipe = new Pipe();
        await pipe.Writer.CompleteAsync(new IOException("the line is cut"));
        await using var writer = await _store.CreateWriterAsync();

        var copy = async () => await pipe.Reader.CopyToAsync(writer, 100);

        await copy.Should().ThrowAsync<IOException>().WithMessage("the line is cut");
    }

    [Fact]
    public async Task CopyToAsync_whose_read_is_cancelled_throws_and_finishes_nothing()
    {
        var pipe = new Pipe();
        await using var writer = await _store.CreateWriterAsync();
        pipe.Reader.CancelPendingRead();

        var copy = async () => await pipe.Reader.CopyToAsync(writer, 100);

        await copy.Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task CopyToAsync_of_single_bytes_leaves_them_in_the_pipe_until_there_is_a_block()
    {
        var bytes = TestBytes.Random(40_000);
        var pipe = new Pipe(new PipeOptions(useSynchronizationContext: false));
        await using var writer = new RecordingWriter();

        var copy = pipe.Reader.CopyToAsync(writer, bytes.Length).AsTask();
        foreach (var one in bytes)
        {
            await pipe.Writer.WriteAsync(new[] { one });
        }

        await pipe.Writer.CompleteAsync();
        await copy;

        writer.Stored.ToArray().Should().Equal(bytes);
        writer.Blocks.Count.Should().BeLessThan(4);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(16_383)]
    public async Task CopyToAsync_never_waits_for_more_than_the_pipe_can_hold(int pipeBytes)
    {
        var bytes = TestBytes.Random(100_000);
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: pipeBytes, resumeWriterThreshold: pipeBytes / 2));
        await using var writer = await _store.CreateWriterAsync();

        var copy = pipe.Reader.CopyToAsync(writer, bytes.Length).AsTask();
        for (var at = 0; at < bytes.Length; at += 1000)
        {
            await pipe.Writer.WriteAsync(bytes.AsMemory(at, 1000)).AsTask().WaitAsync(TimeSpan.FromSeconds(20));
        }

        await pipe.Writer.CompleteAsync();

        (await copy).Should().Be(new ContentInfo(ContentHash.Compute(bytes), bytes.Length));
    }

    [Fact]
    public async Task CopyToAsync_takes_what_a_pipe_that_is_full_holds()
    {
        await using var writer = new RecordingWriter();

        await new FullReader(blockBytes: 1000, blocks: 5).CopyToAsync(writer, maxBytes: 5000);

        writer.Blocks.Should().HaveCount(1, "small blocks are gathered").And.Contain(5000);
    }

    /// <summary>Holds at most one small block, and says so by giving it again.</summary>
    private sealed class FullReader(int blockBytes, int blocks) : PipeReader
    {
        private readonly ReadOnlySequence<byte> _block = new(new byte[blockBytes]);
        private int _left = blocks;

        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
            new(new ReadResult(_left > 0 ? _block : default, isCanceled: false, isCompleted: _left == 0));

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) =>
            _left -= consumed.Equals(_block.End) ? 1 : 0;

        public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

        public override bool TryRead(out ReadResult result) => throw new NotSupportedException();

        public override void CancelPendingRead() { }

        public override void Complete(Exception? exception = null) { }
    }
}
