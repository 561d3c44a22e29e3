using System.IO.Pipelines;
using System.Text;

namespace PerfKit.Streaming.Tests;

/// <summary>What every content store keeps; each store runs the whole suite.</summary>
public abstract class ContentStoreContract
{
    private static readonly byte[] Hello = Encoding.UTF8.GetBytes("hello");

    protected abstract IContentStore Store { get; }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(ContentReader.BlockBytes - 1)]
    [InlineData(ContentReader.BlockBytes)]
    [InlineData((3 * ContentReader.BlockBytes) + 7)]
    public async Task CommitAsync_makes_the_same_bytes_readable_under_their_sha256(int length)
    {
        var bytes = TestBytes.Random(length);

        var info = await Store.PutAsync(bytes);

        info.Should().Be(new ContentInfo(ContentHash.Compute(bytes), length));
        (await Store.GetInfoAsync(info.Hash)).Should().Be(info);
        (await Store.ReadAllAsync(info.Hash)).Should().Equal(bytes);
    }

    [Fact]
    public async Task WriteAsync_in_pieces_of_any_size_stores_the_same_content()
    {
        var bytes = TestBytes.Random(700_001);
        var random = new Random(3);
        await using var writer = await Store.CreateWriterAsync();

        for (var at = 0; at < bytes.Length; )
        {
            var take = Math.Min(random.Next(0, 90_000), bytes.Length - at);
            await writer.WriteAsync(bytes.AsMemory(at, take));
            at += take;
        }

        (await writer.FinishAsync()).Should().Be(new ContentInfo(ContentHash.Compute(bytes), bytes.Length));
    }

    [Fact]
    public async Task FinishAsync_alone_shows_nothing_but_reads_back()
    {
        await using var writer = await Store.CreateWriterAsync(Hello.Length);
        await writer.WriteAsync(Hello);

        var info = await writer.FinishAsync();

        (await writer.FinishAsync()).Should().BeSameAs(info);
        (await Store.GetInfoAsync(info.Hash)).Should().BeNull();
        (await Store.OpenReadAsync(info.Hash)).Should().BeNull();
        (await Store.ListAllAsync()).Should().BeEmpty();
        await using var reader = writer.OpenFinished();
        (await reader.ReadAllAsync()).Should().Equal(Hello);
    }

    [Fact]
    public async Task OpenFinished_still_reads_after_the_commit()
    {
        await using var writer = await Store.CreateWriterAsync();
        await writer.WriteAsync(Hello);
        await writer.FinishAsync();
        await writer.CommitAsync();

        await using var reader = writer.OpenFinished();

        (await reader.ReadAllAsync()).Should().Equal(Hello);
    }

    [Fact]
    public async Task DisposeAsync_before_the_commit_leaves_nothing()
    {
        ContentInfo info;
        await using (var writer = await Store.CreateWriterAsync())
        {
            await writer.WriteAsync(TestBytes.Random(600_000));
            info = await writer.FinishAsync();
        }

        (await Store.GetInfoAsync(info.Hash)).Should().BeNull();
        (await Store.ListAllAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task CommitAsync_of_a_content_that_is_there_keeps_one()
    {
        var first = await Store.PutAsync(Hello);
        var second = await Store.PutAsync(Hello);

        second.Should().Be(first);
        (await Store.ListAllAsync()).Should().Equal(first);
        (await Store.ReadAllAsync(first.Hash)).Should().Equal(Hello);
    }

    [Fact]
    public async Task CommitAsync_by_many_writers_of_one_content_at_once_keeps_one_whole_content()
    {
        var bytes = TestBytes.Random(300_000);

        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => Store.PutAsync(bytes))));

        (await Store.ListAllAsync()).Should().ContainSingle();
        (await Store.ReadAllAsync(ContentHash.Compute(bytes))).Should().Equal(bytes);
    }

    [Fact]
    public async Task CommitAsync_before_the_finish_is_refused_with_a_sentence()
    {
        await using var writer = await Store.CreateWriterAsync();

        var commit = async () => await writer.CommitAsync();

        await commit.Should().ThrowAsync<InvalidOperationException>().WithMessage("*is writing*needs it finished*");
    }

    [Fact]
    public async Task WriteAsync_after_dispose_is_refused()
    {
        var writer = await Store.CreateWriterAsync();
        await writer.DisposeAsync();
        await writer.DisposeAsync();

        var write = async () => await writer.WriteAsync(Hello);

        await write.Should().ThrowAsync<ObjectDisposedException>();
    }

    [Fact]
    public async Task FinishAsync_with_fewer_bytes_than_declared_is_an_error_and_stays_one()
    {
        await using var writer = await Store.CreateWriterAsync(6);
        await writer.WriteAsync(Hello);

        var finish = async () => await writer.FinishAsync();

        (await finish.Should().ThrowAsync<ContentTruncatedException>()).Which.ReceivedBytes.Should().Be(5);
        await finish.Should().ThrowAsync<InvalidOperationException>();
    }

    [Fact]
    public async Task WriteAsync_of_more_bytes_than_declared_is_an_error_and_nothing_can_be_committed()
    {
        await using var writer = await Store.CreateWriterAsync(4);

        var write = async () => await writer.WriteAsync(Hello);
        var finish = async () => await writer.FinishAsync();

        (await write.Should().ThrowAsync<ContentTooLargeException>()).Which.MaxBytes.Should().Be(4);
        await finish.Should().ThrowAsync<InvalidOperationException>();
    }

    [Fact]
    public async Task WriteAsync_that_was_cancelled_cannot_be_finished()
    {
        await using var writer = await Store.CreateWriterAsync();

        var write = async () =>
            await writer.WriteAsync(TestBytes.Random(ContentReader.BlockBytes), new CancellationToken(canceled: true));
        var finish = async () => await writer.FinishAsync();

        await write.Should().ThrowAsync<OperationCanceledException>();
        await finish.Should().ThrowAsync<InvalidOperationException>();
    }

    [Fact]
    public async Task ListAsync_lists_in_hash_order_and_goes_on_behind_any_hash()
    {
        var stored = new List<ContentInfo>();
        for (var i = 0; i < 300; i++)
        {
            stored.Add(await Store.PutAsync(BitConverter.GetBytes(i)));
        }

        var sorted = stored.OrderBy(info => info.Hash.ToString(), StringComparer.Ordinal).ToList();

        (await Store.ListAllAsync()).Should().Equal(sorted);
        (await Store.ListAllAsync(sorted[119].Hash)).Should().Equal(sorted[120..]);
        (await Store.ListAllAsync(sorted[^1].Hash)).Should().BeEmpty();
    }

    [Fact]
    public async Task ListAsync_while_contents_vanish_lists_each_that_stays_once()
    {
        var stays = new HashSet<ContentHash>();
        for (var i = 0; i < 200; i++)
        {
            stays.Add((await Store.PutAsync(BitConverter.GetBytes(i))).Hash);
        }

        var listed = new List<ContentHash>();
        await foreach (var info in Store.ListAsync())
        {
            listed.Add(info.Hash);
            var next = stays.Where(hash => hash > info.Hash).Order().Skip(1).FirstOrDefault();
            if (listed.Count % 3 == 0 && next != default)
            {
                await Store.DeleteAsync(next);
                stays.Remove(next);
            }
        }

        listed.Should().OnlyHaveUniqueItems().And.Contain(stays);
    }

    [Fact]
    public async Task DeleteAsync_removes_once_and_an_open_reader_reads_on()
    {
        var bytes = TestBytes.Random(400_000);
        var info = await Store.PutAsync(bytes);
        await using var reader = await Store.OpenReadAsync(info.Hash);

        (await Store.DeleteAsync(info.Hash)).Should().BeTrue();
        (await Store.DeleteAsync(info.Hash)).Should().BeFalse();

        (await Store.GetInfoAsync(info.Hash)).Should().BeNull();
        (await reader!.ReadAllAsync()).Should().Equal(bytes);
    }

    [Fact]
    public async Task ReadAsync_at_any_offset_reads_what_is_there_and_0_behind_the_end()
    {
        var bytes = TestBytes.Random(1000);
        var info = await Store.PutAsync(bytes);
        await using var reader = (await Store.OpenReadAsync(info.Hash))!;
        var buffer = new byte[100];

        (await reader.ReadAsync(950, buffer)).Should().Be(50);
        buffer[..50].Should().Equal(bytes[950..]);
        (await reader.ReadAsync(1000, buffer)).Should().Be(0);
        (await reader.ReadAsync(long.MaxValue, buffer)).Should().Be(0);
        var negative = async () => await reader.ReadAsync(-1, buffer);
        await negative.Should().ThrowAsync<ArgumentOutOfRangeException>();
    }

    [Fact]
    public async Task WriteToAsync_copies_exactly_the_asked_range()
    {
        var bytes = TestBytes.Random(900_000);
        var info = await Store.PutAsync(bytes);
        await using var reader = (await Store.OpenReadAsync(info.Hash))!;
        var copied = new MemoryStream();
        var pipe = PipeWriter.Create(copied, new StreamPipeWriterOptions(leaveOpen: true));

        (await reader.WriteToAsync(pipe, 123_456, 654_321)).Should().BeTrue();
        await pipe.CompleteAsync();

        copied.ToArray().Should().Equal(bytes[123_456..(123_456 + 654_321)]);
    }
}
