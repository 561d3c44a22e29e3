using PerfKit.Streaming.Internal.Coding;

namespace PerfKit.Streaming.Tests.Coding;

public sealed class CodedContentsTests
{
    [Theory]
    [InlineData(1024)]
    [InlineData(5_000)]
    [InlineData(CodedContents.InlineBytes)]
    public async Task A_short_content_is_coded_in_the_request_that_asks_first_and_once(int length)
    {
        await using var coded = new CodedFixture();
        var source = CodedFixture.Text(length);
        foreach (var accepted in new[] { CodedFixture.Brotli, CodedFixture.Gzip })
        {
            var first = await coded.AskAsync(source, accepted);
            var second = await coded.AskAsync(source, accepted);

            CodedFixture.Decode(accepted.Best, first!).Should().Equal(source);
            first!.Length.Should().BeLessThan(length / 2);
            second.Should().Equal(first);
        }

        coded.Opened.Should().Be(2, "one for each coding");
    }

    [Fact]
    public async Task A_long_content_is_identity_at_first_and_coded_behind_the_request()
    {
        await using var coded = new CodedFixture();
        var source = CodedFixture.Text(3_000_000);

        var first = await coded.AskAsync(source, CodedFixture.Brotli);
        await coded.Contents.WhenMadeAsync(CodedFixture.Key(source, CodedFixture.Brotli));
        var second = await coded.AskAsync(source, CodedFixture.Brotli);

        first.Should().BeNull();
        CodedFixture.Decode(ContentCoding.Brotli, second!).Should().Equal(source);
        coded.Opened.Should().Be(1);
    }

    [Fact]
    public async Task The_second_choice_is_sent_when_it_is_at_hand_and_the_first_is_not_yet()
    {
        await using var coded = new CodedFixture();
        var source = CodedFixture.Text(1_000_000);
        await coded.AskAsync(source, CodedFixture.Gzip);
        await coded.Contents.WhenMadeAsync(CodedFixture.Key(source, CodedFixture.Gzip));
        var both = new AcceptedCodings(ContentCoding.Brotli, ContentCoding.Gzip);

        await using var now = await coded.OpenAsync(source, both);
        await coded.Contents.WhenMadeAsync(CodedFixture.Key(source, both));
        await using var then = await coded.OpenAsync(source, both);

        now!.Coding.Should().Be(ContentCoding.Gzip);
        then!.Coding.Should().Be(ContentCoding.Brotli);
    }

    [Fact]
    public async Task Concurrent_first_requests_code_once()
    {
        await using var coded = new CodedFixture();
        var source = CodedFixture.Text(100_000);
        var gate = new TaskCompletionSource();

        var answers = Enumerable
            .Range(0, 50)
            .Select(_ =>
                coded
                    .OpenAsync(
                        source,
                        CodedFixture.Brotli,
                        async _ =>
                        {
                            await gate.Task;
                            return ContentReader.FromMemory(source);
                        }
                    )
                    .AsTask()
            )
            .ToList();
        gate.SetResult();
        var readers = await Task.WhenAll(answers);

        coded.Opened.Should().Be(1);
        foreach (var reader in readers)
        {
            CodedFixture.Decode(ContentCoding.Brotli, await reader!.ReadAllAsync()).Should().Equal(source);
            await reader!.DisposeAsync();
        }
    }

    [Fact]
    public async Task An_answer_waits_for_anothers_coding_only_a_moment()
    {
        await using var coded = new CodedFixture();
        var source = CodedFixture.Text(100_000);
        var gate = new TaskCompletionSource<ContentReader?>();
        var leader = coded.OpenAsync(source, CodedFixture.Brotli, _ => new(gate.Task)).AsTask();

        var follower = coded.OpenAsync(source, CodedFixture.Brotli).AsTask();
        follower.IsCompleted.Should().BeFalse();
        coded.Clock.Advance(TimeSpan.FromMilliseconds(100));

        (await follower).Should().BeNull();
        gate.SetResult(ContentReader.FromMemory(source));
        await (await leader)!.DisposeAsync();
    }

    [Fact]
    public async Task With_no_slot_free_an_answer_is_identity_at_once()
    {
        await using var coded = new CodedFixture(o => o.MaxConcurrency = 1);
        var gate = new TaskCompletionSource<ContentReader?>();
        var slow = CodedFixture.Text(2_000, seed: 1);
        var leader = coded.OpenAsync(slow, CodedFixture.Brotli, _ => new(gate.Task)).AsTask();
        var other = CodedFixture.Text(2_000, seed: 2);

        (await coded.AskAsync(other, CodedFixture.Brotli)).Should().BeNull();
        gate.SetResult(ContentReader.FromMemory(slow));
        await (await leader)!.DisposeAsync();
        (await coded.AskAsync(other, CodedFixture.Brotli)).Should().NotBeNull();
    }

    [Fact]
    public async Task A_full_queue_drops_and_the_content_is_coded_when_asked_for_again()
    {
        await using var coded = new CodedFixture();
        var gate = new TaskCompletionSource<ContentReader?>();
        var first = CodedFixture.Text(300_000, seed: 0);
        var reading = new TaskCompletionSource();
        await coded.OpenAsync(
            first,
            CodedFixture.Brotli,
            _ =>
            {
                reading.SetResult();
                return new(gate.Task);
            }
        );
        await reading.Task;
        var sources = Enumerable.Range(1, 65).Select(seed => CodedFixture.Text(300_000, seed)).ToList();
        foreach (var source in sources)
        {
            (await coded.AskAsync(source, CodedFixture.Gzip)).Should().BeNull();
        }

        var dropped = coded.Contents.WhenMadeAsync(CodedFixture.Key(sources[^1], CodedFixture.Gzip));
        dropped.IsCompleted.Should().BeTrue("64 wait, this is the 65th");
        gate.SetResult(null);
        await coded.Contents.WhenMadeAsync(CodedFixture.Key(sources[^2], CodedFixture.Gzip));
        await coded.AskAsync(sources[^1], CodedFixture.Gzip);
        await coded.Contents.WhenMadeAsync(CodedFixture.Key(sources[^1], CodedFixture.Gzip));

        (await coded.AskAsync(sources[^1], CodedFixture.Gzip)).Should().NotBeNull();
    }

    [Theory]
    [InlineData(20_000)]
    [InlineData(1_000_000)]
    public async Task What_coding_does_not_make_smaller_is_tried_once_and_never_again(int length)
    {
        await using var coded = new CodedFixture();
        var noise = TestBytes.Random(length);
        await coded.AskAsync(noise, CodedFixture.Gzip);
        await coded.Contents.WhenMadeAsync(CodedFixture.Key(noise, CodedFixture.Gzip));

        (await coded.AskAsync(noise, CodedFixture.Gzip)).Should().BeNull();
        coded.Opened.Should().Be(1);
        new FileInfo(coded.PathOf(noise, CodedFixture.Gzip)).Length.Should().Be(80, "only the verdict is kept");
        coded.Contents.UsedBytes.Should().Be(4096);
    }

    [Fact]
    public async Task A_source_that_is_not_what_it_is_called_is_never_kept()
    {
        await using var coded = new CodedFixture();
        var source = CodedFixture.Text(50_000, seed: 1);
        var other = CodedFixture.Text(50_000, seed: 2);

        await using var reader = await coded.OpenAsync(
            source,
            CodedFixture.Brotli,
            _ => new(ContentReader.FromMemory(other))
        );

        reader.Should().BeNull();
        coded.Files.Should().BeEmpty();
        (await coded.AskAsync(source, CodedFixture.Brotli)).Should().BeNull("this process does not try again");
    }

    [Fact]
    public async Task A_source_that_cannot_be_read_leaves_identity_and_is_tried_again()
    {
        await using var coded = new CodedFixture();
        var source = CodedFixture.Text(50_000);
        Func<CancellationToken, ValueTask<ContentReader?>>[] broken =
        [
            _ => throw new InvalidOperationException("its request is over"),
            _ => ValueTask.FromException<ContentReader?>(new IOException("the store is away")),
            _ => new((ContentReader?)null),
            _ => new(ContentReader.FromMemory(new byte[10])),
            _ => new(new EndlessReader(source.Length) { EndsAt = 100 }),
        ];
        foreach (var open in broken)
        {
            (await coded.OpenAsync(source, CodedFixture.Brotli, open)).Should().BeNull();
        }

        coded.Files.Should().BeEmpty();
        (await coded.AskAsync(source, CodedFixture.Brotli)).Should().NotBeNull();
    }

    [Fact]
    public async Task A_leader_that_leaves_does_not_keep_the_next_from_coding()
    {
        await using var coded = new CodedFixture();
        var source = CodedFixture.Text(50_000);
        using var left = new CancellationTokenSource();
        await left.CancelAsync();

        await coded.OpenAsync(
            source,
            CodedFixture.Brotli,
            cancelled => throw new OperationCanceledException(cancelled),
            left.Token
        );

        (await coded.AskAsync(source, CodedFixture.Brotli)).Should().NotBeNull();
    }

    [Fact]
    public async Task After_a_failed_write_nothing_is_coded_for_half_a_minute()
    {
        await using var coded = new CodedFixture();
        var source = CodedFixture.Text(50_000);
        var shard = Path.GetDirectoryName(coded.PathOf(source, CodedFixture.Brotli))!;
        await File.WriteAllTextAsync(shard, "in the way");

        (await coded.AskAsync(source, CodedFixture.Brotli)).Should().BeNull();
        File.Delete(shard);
        (await coded.AskAsync(source, CodedFixture.Brotli)).Should().BeNull();
        coded.Clock.Advance(TimeSpan.FromSeconds(30));
        (await coded.AskAsync(source, CodedFixture.Brotli)).Should().NotBeNull();
        coded.Files.Should().ContainSingle("no temporary file is left");
    }

    [Fact]
    public async Task A_reader_that_is_open_reads_on_when_its_variant_is_evicted()
    {
        await using var coded = new CodedFixture(o => o.MaxSourceBytes = o.CapacityBytes = 1 << 20);
        var source = CodedFixture.Text(50_000);
        await using var reader = await coded.OpenAsync(source, CodedFixture.Brotli);

        for (var seed = 2; seed < 200; seed++)
        {
            await coded.AskAsync(CodedFixture.Text(200_000, seed), CodedFixture.Brotli);
        }

        File.Exists(coded.PathOf(source, CodedFixture.Brotli)).Should().BeFalse();
        CodedFixture.Decode(ContentCoding.Brotli, await reader!.ReadAllAsync()).Should().Equal(source);
        coded.Contents.UsedBytes.Should().BeLessThanOrEqualTo(1 << 20);
        coded.Files.Sum(path => (new FileInfo(path).Length + 4095) / 4096 * 4096).Should().Be(coded.Contents.UsedBytes);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Requests_side_by_side_under_eviction_get_their_own_content_and_every_file_is_counted(int seed)
    {
        await using var coded = new CodedFixture(o =>
        {
            o.MaxSourceBytes = o.CapacityBytes = 1 << 20;
            o.MaxConcurrency = 8;
        });
        var sources = Enumerable.Range(0, 40).Select(i => CodedFixture.Text(150_000 + (i * 5_000), seed: i)).ToList();
        var codings = new[] { CodedFixture.Brotli, CodedFixture.Gzip };

        await Parallel.ForAsync(
            0,
            400,
            new ParallelOptions { MaxDegreeOfParallelism = 8 },
            async (step, _) =>
            {
                var random = new Random((seed * 1_000) + step);
                var source = sources[(int)(sources.Count * random.NextDouble() * random.NextDouble())];
                var accepted = codings[random.Next(2)];
                var bytes = await coded.AskAsync(source, accepted);
                if (bytes is not null && step % 20 == 0)
                {
                    File.Delete(coded.PathOf(source, accepted));
                }

                if (bytes is not null && !CodedFixture.Decode(accepted.Best, bytes).AsSpan().SequenceEqual(source))
                {
                    throw new InvalidOperationException($"step {step} got another content");
                }
            }
        );
        foreach (var source in sources)
        {
            await coded.Contents.WhenMadeAsync(CodedFixture.Key(source, CodedFixture.Brotli));
            await coded.Contents.WhenMadeAsync(CodedFixture.Key(source, CodedFixture.Gzip));
        }

        coded.Contents.UsedBytes.Should().BeLessThanOrEqualTo(1 << 20);
        coded
            .Files.Sum(path => (new FileInfo(path).Length + 4095) / 4096 * 4096)
            .Should()
            .BeLessThanOrEqualTo(coded.Contents.UsedBytes);
    }

    [Fact]
    public async Task After_dispose_answers_are_identity()
    {
        await using var coded = new CodedFixture();
        coded.Contents.Dispose();

        (await coded.AskAsync(CodedFixture.Text(2_000), CodedFixture.Brotli)).Should().BeNull();
    }

    [Theory]
    [InlineData("text/plain", 1023, false)]
    [InlineData("text/plain", 1024, true)]
    [InlineData("text/plain", 2_000_000, true)]
    [InlineData("text/plain", 2_000_001, false)]
    [InlineData("image/png", 5_000, false)]
    public async Task Covers_says_by_type_and_length_whether_the_answer_is_negotiated(
        string type,
        long length,
        bool expected
    )
    {
        await using var coded = new CodedFixture(o => o.MaxSourceBytes = 2_000_000);

        coded.Contents.Covers(type, length).Should().Be(expected);
    }
}
