using System.IO.Pipelines;

namespace PerfKit.Caching.Tests.Contents;

public sealed class ContentFillTests
{
    private const int Length = 200_000;

    [Fact]
    public async Task A_miss_serves_the_content_and_keeps_it()
    {
        using var cache = TestContent.Cache();

        var (result, bytes) = await TestContent.ReadAsync(cache, 1, Length, Opens(1));
        var (again, same) = await TestContent.ReadAsync(cache, 1, Length, NeverOpens);

        result.Should().Be(new ContentWriteResult(ContentOrigin.Fill, false));
        again.Origin.Should().Be(ContentOrigin.Hit);
        bytes.Should().Equal(TestContent.Bytes(1, Length)).And.Equal(same);
        cache.GetStatistics().Fills.Should().Be(1);
    }

    [Fact]
    public async Task Readers_are_served_from_what_has_arrived_while_the_one_fill_runs()
    {
        using var cache = TestContent.Cache();
        var source = new ControlledSource(1, Length);
        var sinks = Enumerable.Range(0, 3).Select(_ => NewPipe()).ToList();
        var first = WriteAsync(cache, source.Open, sinks[0].Writer);
        await source.GiveAsync(100_000);
        (await sinks[0].Reader.ReadAtLeastAsync(100_000)).Buffer.Length.Should().Be(100_000);

        var others = sinks.Skip(1).Select(s => WriteAsync(cache, source.Open, s.Writer)).ToList();
        (await sinks[1].Reader.ReadAtLeastAsync(100_000)).Buffer.Length.Should().Be(100_000);
        cache.Explain(TestContent.Key(1)).Should().EndWith("is on its way: 100000 of 200000 bytes, readers: 3.");
        cache.TryGet(TestContent.Key(1), out _).Should().BeFalse("it is not whole yet");
        first.IsCompleted.Should().BeFalse();
        await source.GiveAsync(Length - 100_000);
        source.End();

        foreach (var task in others.Prepend(first))
        {
            (await task).Should().Be(new ContentWriteResult(ContentOrigin.Fill, false));
        }

        source.Opened.Should().Be(1);
        var all = await sinks[2].Reader.ReadAtLeastAsync(Length);
        TestContent.FirstForeign(all.Buffer, 1).Should().Be(-1);
    }

    [Theory]
    [InlineData(Length - 1, "more than the declared 199999 bytes")]
    [InlineData(Length + 1, "ended after 200000 of the declared 200001 bytes")]
    public async Task A_source_that_lies_about_its_length_fails_its_reader_and_is_not_kept(int declared, string says)
    {
        using var cache = TestContent.Cache();

        var read = () => TestContent.ReadAsync(cache, 1, declared, Opens(1));

        (await read.Should().ThrowAsync<ContentFillException>())
            .WithMessage($"*{says}*")
            .Which.BytesWritten.Should()
            .BeInRange(0, Length);
        AssertNothingIsHeld(cache);
        cache.GetStatistics().FailedFills.Should().Be(1);
    }

    [Fact]
    public async Task A_source_that_breaks_fails_every_reader_and_the_next_one_tries_again()
    {
        using var cache = TestContent.Cache();
        var source = new ControlledSource(1, Length);
        var sinks = Enumerable.Range(0, 3).Select(_ => NewPipe()).ToList();
        var reads = sinks.Select(s => WriteAsync(cache, source.Open, s.Writer)).ToList();
        await source.GiveAsync(70_000);
        foreach (var sink in sinks)
        {
            await sink.Reader.ReadAtLeastAsync(70_000);
        }

        source.End(new IOException("the disk is gone"));

        foreach (var read in reads)
        {
            var failure = await FluentActions.Awaiting(() => read).Should().ThrowAsync<ContentFillException>();
            failure.Which.InnerException.Should().BeOfType<IOException>();
            failure.Which.BytesWritten.Should().Be(70_000, "so much went out before");
        }

        AssertNothingIsHeld(cache);
        var (result, _) = await TestContent.ReadAsync(cache, 1, Length, Opens(1));
        result.Origin.Should().Be(ContentOrigin.Fill);
    }

    [Fact]
    public async Task A_source_that_cannot_be_opened_fails_its_reader_before_any_byte()
    {
        using var cache = TestContent.Cache();

        var read = () => TestContent.ReadAsync(cache, 1, Length, static _ => throw new FileNotFoundException("none"));

        (await read.Should().ThrowAsync<ContentFillException>()).Which.BytesWritten.Should().Be(0);
        AssertNothingIsHeld(cache);
    }

    [Fact]
    public async Task A_reader_that_cancels_leaves_alone()
    {
        using var cache = TestContent.Cache();
        using var cancel = new CancellationTokenSource();
        var source = new ControlledSource(1, Length);
        var first = WriteAsync(cache, source.Open, NewPipe().Writer, cancel.Token);
        var second = WriteAsync(cache, source.Open, NewPipe().Writer);

        await cancel.CancelAsync();
        await FluentActions.Awaiting(() => first).Should().ThrowAsync<OperationCanceledException>();
        await source.GiveAsync(Length);
        source.End();

        (await second).Origin.Should().Be(ContentOrigin.Fill);
        source.Token.IsCancellationRequested.Should().BeFalse();
        cache.GetStatistics().Contents.Should().Be(1);
    }

    [Fact]
    public async Task The_last_reader_that_leaves_cancels_the_source_and_a_later_one_starts_afresh()
    {
        using var cache = TestContent.Cache();
        using var cancel = new CancellationTokenSource();
        var source = new ControlledSource(1, Length);
        var gone = NewPipe();
        var first = WriteAsync(cache, source.Open, gone.Writer);
        var second = WriteAsync(cache, source.Open, NewPipe().Writer, cancel.Token);
        await cancel.CancelAsync();
        await FluentActions.Awaiting(() => second).Should().ThrowAsync<OperationCanceledException>();
        source.Token.IsCancellationRequested.Should().BeFalse();

        await gone.Reader.CompleteAsync();
        await source.GiveAsync(1000);

        (await first).Should().Be(new ContentWriteResult(ContentOrigin.Fill, ReaderLeft: true));
        source.Token.IsCancellationRequested.Should().BeTrue();
        await source.Completed;
        var (result, bytes) = await TestContent.ReadAsync(cache, 1, Length, Opens(1));
        result.Origin.Should().Be(ContentOrigin.Fill);
        bytes.Should().HaveCount(Length);
    }

    [Fact]
    public async Task A_reader_of_a_range_is_served_and_goes_and_the_fill_goes_on()
    {
        using var cache = TestContent.Cache();
        var source = new ControlledSource(1, Length);
        var read = TestContent.ReadAsync(cache, 1, Length, source.Open, 10, 1000);
        await source.GiveAsync(5000);

        var (result, bytes) = await read;

        result.Should().Be(new ContentWriteResult(ContentOrigin.Fill, false));
        TestContent.FirstForeign(new(bytes), 1, 10).Should().Be(-1);
        source.Token.IsCancellationRequested.Should().BeFalse();
        await source.GiveAsync(Length - 5000);
        source.End();
        await source.Completed;
        await TestContent.ReadAsync(cache, 1, Length, NeverOpens); // Whole, so it waits for the fill, which ends after its source.
        (await TestContent.ReadAsync(cache, 1, Length, NeverOpens)).Result.Origin.Should().Be(ContentOrigin.Hit);
    }

    [Fact]
    public async Task Readers_that_come_while_a_fill_ends_never_open_a_second_source()
    {
        using var cache = TestContent.Cache();
        var opened = 0;
        ValueTask<PipeReader> Open(CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref opened);
            return new ValueTask<PipeReader>(TestContent.Source(1, 100));
        }

        async Task ReadAsync(int reads)
        {
            for (var i = 0; i < reads; i++)
            {
                await TestContent.ReadAsync(cache, 1, 100, Open);
            }
        }

        for (var round = 1; round <= 50_000; round++)
        {
            var other = Task.Run(() => ReadAsync(4));
            await ReadAsync(4);
            await other;
            opened.Should().Be(round);
            cache.Remove(TestContent.Key(1)).Should().BeTrue();
        }
    }

    [Fact]
    public async Task A_fill_whose_content_is_removed_meanwhile_serves_its_reader_and_is_not_kept()
    {
        using var cache = TestContent.Cache();
        var source = new ControlledSource(1, Length);
        var read = TestContent.ReadAsync(cache, 1, Length, source.Open);
        await source.GiveAsync(5000);

        cache.Remove(TestContent.Key(1)).Should().BeFalse();
        await source.GiveAsync(Length - 5000);
        source.End();

        (await read).Bytes.Should().HaveCount(Length);
        cache.TryGet(TestContent.Key(1), out _).Should().BeFalse();
        AssertNothingIsHeld(cache);
    }

    [Fact]
    public async Task Dispose_ends_fills_that_run_and_refuses_new_ones()
    {
        var cache = TestContent.Cache();
        var source = new ControlledSource(1, Length);
        var read = WriteAsync(cache, source.Open, NewPipe().Writer);
        await source.GiveAsync(5000);

        cache.Dispose();

        await FluentActions.Awaiting(() => read).Should().ThrowAsync<ContentFillException>();
        AssertNothingIsHeld(cache);
        await FluentActions
            .Awaiting(() => TestContent.ReadAsync(cache, 1, Length, Opens(1)))
            .Should()
            .ThrowAsync<ObjectDisposedException>();
    }

    private static void AssertNothingIsHeld(ContentCache cache) =>
        cache
            .GetStatistics()
            .Should()
            .BeEquivalentTo(
                new
                {
                    Contents = 0L,
                    HeldBytes = 0L,
                    FillingBytes = 0L,
                    Leases = 0L,
                }
            );

    private static Func<CancellationToken, ValueTask<PipeReader>> Opens(int id) =>
        _ => new ValueTask<PipeReader>(TestContent.Source(id, Length));

    private static ValueTask<PipeReader> NeverOpens(CancellationToken cancellationToken) =>
        throw new InvalidOperationException("The content is there.");

    private static Pipe NewPipe() => new(new PipeOptions(pauseWriterThreshold: 0));

    private static Task<ContentWriteResult> WriteAsync(
        ContentCache cache,
        Func<CancellationToken, ValueTask<PipeReader>> open,
        PipeWriter writer,
        CancellationToken cancellationToken = default
    ) =>
        cache
            .WriteToAsync(
                TestContent.Key(1),
                Length,
                0,
                null,
                writer,
                open,
                static (open, token) => open(token),
                cancellationToken
            )
            .AsTask();
}
