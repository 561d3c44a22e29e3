using System.Buffers;
using System.IO.Hashing;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Threading.RateLimiting;

namespace PerfKit.Streaming.Tests;

public sealed class ContentPipesTests
{
    private static readonly byte[] Bytes = TestBytes.Random(700_001);

    [Fact]
    public async Task SendToAsync_copies_everything_and_completes_neither_pipe()
    {
        var to = new MemoryStream();
        var destination = PipeWriter.Create(to, new StreamPipeWriterOptions(leaveOpen: true));

        (await Source().SendToAsync(destination)).Should().BeTrue();
        await destination.WriteAsync(new byte[] { 1 });

        to.ToArray().Should().Equal([.. Bytes, 1]);
    }

    [Fact]
    public async Task SendToAsync_to_a_reader_that_left_is_false_and_reads_no_further()
    {
        var left = new Pipe();
        await left.Reader.CompleteAsync();
        var source = new EndlessReader(1L << 40);

        (await PipeReader.Create(source.AsStream()).SendToAsync(left.Writer)).Should().BeFalse();
    }

    [Fact]
    public async Task SendToAsync_whose_source_read_is_cancelled_throws_and_loses_nothing()
    {
        var source = new Pipe();
        await source.Writer.WriteAsync(new byte[] { 1, 2, 3 });
        source.Reader.CancelPendingRead();

        var send = async () => await source.Reader.SendToAsync(PipeWriter.Create(Stream.Null));

        await send.Should().ThrowAsync<OperationCanceledException>();
        (await source.Reader.ReadAsync()).Buffer.ToArray().Should().Equal(1, 2, 3);
    }

    [Fact]
    public async Task SendToAsync_passes_the_fault_of_its_source_on()
    {
        var source = new Pipe();
        await source.Writer.CompleteAsync(new IOException("the disk is gone"));

        var send = async () => await source.Reader.SendToAsync(PipeWriter.Create(Stream.Null));

        await send.Should().ThrowAsync<IOException>().WithMessage("the disk is gone");
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 1)]
    [InlineData(1, 4095)]
    [InlineData(4095, 4098)]
    [InlineData(699_999, 2)]
    [InlineData(700_000, 10)]
    [InlineData(700_001, 1)]
    [InlineData(900_000, 5)]
    [InlineData(0, long.MaxValue)]
    public async Task Range_gives_what_of_the_range_is_there(long offset, long length)
    {
        var from = (int)Math.Min(offset, Bytes.Length);
        var to = (int)Math.Min(Bytes.Length, from + Math.Min(length, Bytes.Length));

        (await ReadAllAsync(Source().Range(offset, length))).Should().Equal(Bytes[from..to]);
    }

    [Fact]
    public async Task Range_whose_bytes_have_come_does_not_wait_for_the_end_of_its_source()
    {
        var source = new Pipe();
        await source.Writer.WriteAsync(Bytes.AsMemory(0, 100));

        (await ReadAllAsync(source.Reader.Range(10, 20))).Should().Equal(Bytes[10..30]);
    }

    [Fact]
    public async Task Range_of_one_byte_at_a_time_shows_each_byte_once()
    {
        var range = Source().Range(5, 300);
        var seen = new List<byte>();
        while (true)
        {
            var read = await range.ReadAsync();
            if (read.Buffer.IsEmpty)
            {
                read.IsCompleted.Should().BeTrue();
                break;
            }

            seen.Add(read.Buffer.FirstSpan[0]);
            range.AdvanceTo(read.Buffer.GetPosition(1), read.Buffer.End);
        }

        seen.Should().Equal(Bytes[5..305]);
    }

    [Fact]
    public async Task ReadAhead_gives_the_same_bytes()
    {
        (await ReadAllAsync(Source().ReadAhead())).Should().Equal(Bytes);
        (await ReadAllAsync(Source().ReadAhead(aheadBytes: 4096))).Should().Equal(Bytes);
    }

    [Fact]
    public async Task ReadAhead_holds_no_more_than_its_bound()
    {
        var source = new CountingStream();
        var ahead = PipeReader.Create(source, new StreamPipeReaderOptions(bufferSize: 1024)).ReadAhead(8192);

        (await ahead.ReadAtLeastAsync(4096)).Buffer.Length.Should().BeLessThan(8192 + 4096 + 1024);
        ahead.AdvanceTo(default);
        await ahead.CompleteAsync();

        source.ReadBytes.Should().BeLessThan(32 * 1024);
        source.IsDisposed.Should().BeTrue("the source is completed with the pipe that reads ahead of it");
    }

    [Fact]
    public async Task ReadAhead_that_is_completed_ends_the_read_in_flight()
    {
        var never = new Pipe();
        var ahead = never.Reader.ReadAhead();

        await ahead.CompleteAsync();

        (await never.Writer.FlushAsync()).IsCompleted.Should().BeTrue();
    }

    [Fact]
    public async Task ReadAhead_passes_the_fault_of_its_source_on_behind_the_bytes()
    {
        var source = new Pipe();
        await source.Writer.WriteAsync(new byte[] { 7 });
        var ahead = source.Reader.ReadAhead();
        var first = await ahead.ReadAsync();
        first.Buffer.ToArray().Should().Equal(7);
        ahead.AdvanceTo(first.Buffer.End);
        await source.Writer.CompleteAsync(new IOException("the disk is gone"));

        var read = async () => await ahead.ReadAsync();

        await read.Should().ThrowAsync<IOException>().WithMessage("the disk is gone");
    }

    [Fact]
    public async Task ReadAhead_with_steps_takes_them_as_it_reads()
    {
        using var hasher = new ContentHasher();

        await ReadAllAsync(Source().ReadAhead(steps: new PipeSteps { Hasher = hasher }));

        hasher.Sha256.Should().Be(ContentHash.Compute(Bytes));
    }

    [Fact]
    public async Task Through_hashes_copies_and_tells_of_the_bytes_that_went_on()
    {
        using var hasher = new ContentHasher();
        var (to, copy, told) = (new MemoryStream(), new MemoryStream(), new Told());
        var destination = PipeWriter
            .Create(to, new StreamPipeWriterOptions(leaveOpen: true))
            .Through(
                new PipeSteps
                {
                    Hasher = hasher,
                    Tee = PipeWriter.Create(copy, new StreamPipeWriterOptions(leaveOpen: true)),
                    Progress = told,
                }
            );

        (await Source().SendToAsync(destination)).Should().BeTrue();
        await destination.CompleteAsync();

        to.ToArray().Should().Equal(Bytes);
        copy.ToArray().Should().Equal(Bytes);
        told.Bytes.Should().BeInAscendingOrder().And.EndWith([Bytes.Length]);
        hasher.Length.Should().Be(Bytes.Length);
        hasher.Sha256.ToByteArray().Should().Equal(SHA256.HashData(Bytes));
        hasher.XxHash128.Should().Be(XxHash128.HashToUInt128(Bytes));
    }

    [Fact]
    public async Task Through_to_a_reader_that_left_ends_the_copy()
    {
        var left = new Pipe();
        await left.Reader.CompleteAsync();

        (await Source().SendToAsync(left.Writer.Through(new PipeSteps()))).Should().BeFalse();
    }

    [Fact]
    public async Task Through_goes_on_without_a_tee_whose_reader_left()
    {
        var left = new Pipe();
        await left.Reader.CompleteAsync();
        var to = new MemoryStream();
        var destination = PipeWriter.Create(to, new StreamPipeWriterOptions(leaveOpen: true));

        (await Source().SendToAsync(destination.Through(new PipeSteps { Tee = left.Writer }))).Should().BeTrue();

        to.ToArray().Should().Equal(Bytes);
    }

    [Fact]
    public async Task Through_a_throttle_asks_for_every_byte_before_it_goes_on()
    {
        await using var throttle = new ManualLimiter();
        var to = new MemoryStream();
        var destination = PipeWriter.Create(to, new StreamPipeWriterOptions(leaveOpen: true));

        var send = Source().SendToAsync(destination.Through(new PipeSteps { Throttle = throttle })).AsTask();
        to.Length.Should().Be(0, "no permit was given");
        throttle.Open();

        (await send).Should().BeTrue();
        throttle.Permits.Should().Be(Bytes.Length);
        throttle.Most.Should().BeLessThanOrEqualTo(16 * 1024);
        to.ToArray().Should().Equal(Bytes);
    }

    [Fact]
    public async Task Through_a_throttle_whose_queue_is_full_fails_with_a_sentence()
    {
        using var full = new ConcurrencyLimiter(new() { PermitLimit = 16 * 1024, QueueLimit = 0 });
        using var taken = full.AttemptAcquire(16 * 1024);
        var destination = PipeWriter.Create(Stream.Null).Through(new PipeSteps { Throttle = full });

        var send = async () => await Source().SendToAsync(destination);

        await send.Should().ThrowAsync<IOException>().WithMessage("The throttle refused 16384 bytes*");
    }

    private static PipeReader Source() => PipeReader.Create(new ReadOnlySequence<byte>(Bytes));

    private static async Task<byte[]> ReadAllAsync(PipeReader reader)
    {
        var all = new MemoryStream();
        await reader.CopyToAsync(all);
        await reader.CompleteAsync();
        return all.ToArray();
    }

    private sealed class Told : IProgress<long>
    {
        public List<long> Bytes { get; } = [];

        public void Report(long value) => Bytes.Add(value);
    }

    private sealed class CountingStream : MemoryStream
    {
        public long ReadBytes { get; private set; }

        public bool IsDisposed { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            ReadBytes += buffer.Length;
            return new(buffer.Length);
        }

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }

    /// <summary>Gives nothing until it is opened, then everything.</summary>
    private sealed class ManualLimiter : RateLimiter
    {
        private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override TimeSpan? IdleDuration => null;

        public long Permits { get; private set; }

        public int Most { get; private set; }

        public void Open() => _opened.SetResult();

        public override RateLimiterStatistics? GetStatistics() => null;

        protected override RateLimitLease AttemptAcquireCore(int permitCount) => throw new NotSupportedException();

        protected override async ValueTask<RateLimitLease> AcquireAsyncCore(
            int permitCount,
            CancellationToken cancellationToken
        )
        {
            await _opened.Task.WaitAsync(cancellationToken);
            Permits += permitCount;
            Most = Math.Max(Most, permitCount);
            return new Granted();
        }

        private sealed class Granted : RateLimitLease
        {
            public override bool IsAcquired => true;

            public override IEnumerable<string> MetadataNames => [];

            public override bool TryGetMetadata(string metadataName, out object? metadata)
            {
                metadata = null;
                return false;
            }
        }
    }
}
