namespace PerfKit.Streaming.Tests;

/// <summary>The order of a writer's calls, which is kept in one place for every engine.</summary>
public sealed class WriterOrderTests
{
    private readonly MemoryContentStore _store = new();

    [Fact]
    public async Task CommitAsync_before_the_finish_is_refused_with_a_sentence()
    {
        await using var writer = await _store.CreateWriterAsync();

        var commit = async () => await writer.CommitAsync();

        await commit.Should().ThrowAsync<InvalidOperationException>().WithMessage("*is writing*needs it finished*");
    }

    [Fact]
    public async Task WriteAsync_after_dispose_is_refused()
    {
        var writer = await _store.CreateWriterAsync();
        await writer.DisposeAsync();
        await writer.DisposeAsync();

        var write = async () => await writer.WriteAsync(new byte[5]);

        await write.Should().ThrowAsync<ObjectDisposedException>();
    }

    [Fact]
    public async Task FinishAsync_twice_answers_the_same()
    {
        await using var writer = await _store.CreateWriterAsync();
        await writer.WriteAsync(new byte[5]);

        var info = await writer.FinishAsync();

        (await writer.FinishAsync()).Should().BeSameAs(info);
    }

    [Fact]
    public async Task FinishAsync_with_fewer_bytes_than_declared_is_an_error_and_stays_one()
    {
        await using var writer = await _store.CreateWriterAsync(6);
        await writer.WriteAsync(new byte[5]);

        var finish = async () => await writer.FinishAsync();

        (await finish.Should().ThrowAsync<ContentTruncatedException>()).Which.ReceivedBytes.Should().Be(5);
        await finish.Should().ThrowAsync<InvalidOperationException>();
    }

    [Fact]
    public async Task WriteAsync_of_more_bytes_than_declared_is_an_error_and_nothing_can_be_committed()
    {
        await using var writer = await _store.CreateWriterAsync(4);

        var write = async () => await writer.WriteAsync(new byte[5]);
        var finish = async () => await writer.FinishAsync();

        (await write.Should().ThrowAsync<ContentTooLargeException>()).Which.MaxBytes.Should().Be(4);
        await finish.Should().ThrowAsync<InvalidOperationException>();
    }
}
