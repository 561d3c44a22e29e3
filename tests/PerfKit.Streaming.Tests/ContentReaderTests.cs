using System.Buffers;
using System.IO.Pipelines;

namespace PerfKit.Streaming.Tests;

public sealed class ContentReaderTests
{
    [Fact]
    public async Task DisposeAsync_however_often_gives_the_memory_back_once()
    {
        var owner = new CountingOwner();
        var reader = ContentReader.FromMemory(new ReadOnlySequence<byte>(new byte[10]), owner);
        var stream = reader.AsStream();

        await stream.DisposeAsync();
        await stream.DisposeAsync();
        await reader.DisposeAsync();

        owner.Disposals.Should().Be(1);
    }

    [Fact]
    public async Task WriteToAsync_to_a_reader_that_left_is_false_and_reads_one_block()
    {
        var pipe = new Pipe();
        await pipe.Reader.CompleteAsync();
        await using var reader = new EndlessReader(1L << 40);

        (await reader.WriteToAsync(pipe.Writer, 0, reader.Length)).Should().BeFalse();

        reader.BytesRead.Should().Be(ContentReader.BlockBytes);
    }

    [Fact]
    public async Task WriteToAsync_whose_flush_is_cancelled_is_false()
    {
        var pipe = new Pipe();
        pipe.Writer.CancelPendingFlush();
        await using var reader = new EndlessReader(1L << 40);

        (await reader.WriteToAsync(pipe.Writer, 0, reader.Length)).Should().BeFalse();
    }

    [Fact]
    public async Task WriteToAsync_waits_for_a_slow_reader_and_reads_no_further()
    {
        var pipe = new Pipe();
        await using var reader = new EndlessReader(10 * ContentReader.BlockBytes);

        var copy = reader.WriteToAsync(pipe.Writer, 0, reader.Length).AsTask();

        copy.IsCompleted.Should().BeFalse();
        reader.BytesRead.Should().Be(ContentReader.BlockBytes);
        await pipe.Reader.CompleteAsync();
        (await copy).Should().BeFalse();
    }

    [Fact]
    public async Task WriteToAsync_of_more_than_there_is_throws_and_names_both_ends()
    {
        await using var reader = ContentReader.FromMemory(new byte[10]);
        var pipe = PipeWriter.Create(Stream.Null);

        var copy = async () => await reader.WriteToAsync(pipe, 5, 10);

        await copy.Should().ThrowAsync<EndOfStreamException>().WithMessage("*at byte 10, 5 bytes before*");
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(1, -1)]
    public async Task WriteToAsync_of_a_negative_range_is_refused(long offset, long length)
    {
        await using var reader = ContentReader.FromMemory(new byte[10]);

        var copy = async () => await reader.WriteToAsync(PipeWriter.Create(Stream.Null), offset, length);

        await copy.Should().ThrowAsync<ArgumentOutOfRangeException>();
    }

    [Fact]
    public async Task WriteToAsync_that_is_cancelled_throws()
    {
        await using var reader = ContentReader.FromMemory(new byte[10]);

        var copy = async () =>
            await reader.WriteToAsync(
                PipeWriter.Create(Stream.Null),
                0,
                10,
                null,
                new CancellationToken(canceled: true)
            );

        await copy.Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task AsStream_seeks_reads_and_owns_the_reader()
    {
        var reader = new EndlessReader(100);
        var stream = reader.AsStream();

        stream.Seek(-10, SeekOrigin.End).Should().Be(90);
        (await stream.ReadAsync(new byte[20])).Should().Be(10);
        (await stream.ReadAsync(new byte[20])).Should().Be(0);
        stream.Position.Should().Be(100);
        await stream.DisposeAsync();

        reader.Disposed.Should().BeTrue();
    }

    [Fact]
    public void AsStream_refuses_synchronous_reads_and_writes()
    {
        using var stream = ContentReader.FromMemory(new byte[3]).AsStream();

        var read = () => stream.Read(new byte[3], 0, 3);
        var write = () => stream.Write(new byte[3], 0, 3);
        var before = () => stream.Position = -1;

        read.Should().Throw<NotSupportedException>().WithMessage("*ReadAsync*");
        write.Should().Throw<NotSupportedException>();
        before.Should().Throw<ArgumentOutOfRangeException>();
    }

    private sealed class CountingOwner : IDisposable
    {
        public int Disposals { get; private set; }

        public void Dispose() => Disposals++;
    }
}
