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
}
