using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using PerfKit.Streaming.Tests.Http;
using PerfKit.TestKit;

namespace PerfKit.Streaming.Tests;

/// <summary>Alone in the process, as it looks at the memory of the whole of it.</summary>
[CollectionDefinition(nameof(SteadyStateTests), DisableParallelization = true)]
[Collection(nameof(SteadyStateTests))]
public sealed class SteadyStateTests : IDisposable
{
#if DEBUG
    private const int StateMachinesBytes = 1024; // Unoptimised, the compiler makes each async method's state an object.
#else
    private const int StateMachinesBytes = 0;
#endif
    private const int Blocks = 400;
    private const int FewBlocks = 16;

    private readonly TempFolder _folder = new();
    private readonly LocalContentStore _store;

    public SteadyStateTests()
    {
        _store = new LocalContentStore(new LocalContentStoreOptions { Root = _folder.Path, Durable = false });
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task WriteToAsync_does_not_allocate_by_the_block()
    {
        var info = await _store.PutAsync(TestBytes.Random(FewBlocks * ContentReader.BlockBytes));
        await using var reader = (await _store.OpenReadAsync(info.Hash))!;
        var sink = new SinkWriter();

        var perBlock = await AllocatedPerBlockAsync(async blocks =>
        {
            for (var i = 0; i < blocks / FewBlocks; i++)
            {
                await reader.WriteToAsync(sink, 0, info.Length);
            }
        });

        perBlock.Should().BeLessThan(16 + StateMachinesBytes);
    }

    [Fact]
    public async Task WriteAsync_does_not_allocate_by_the_block()
    {
        var block = TestBytes.Random(ContentReader.BlockBytes);

        var perBlock = await AllocatedPerBlockAsync(async blocks =>
        {
            await using var writer = await _store.CreateWriterAsync();
            for (var i = 0; i < blocks; i++)
            {
                await writer.WriteAsync(block);
            }
        });

        perBlock.Should().BeLessThan(16 + StateMachinesBytes);
    }

    [Fact]
    public async Task CopyToAsync_does_not_allocate_by_the_block()
    {
        var perBlock = await AllocatedPerBlockAsync(async blocks =>
        {
            await using var writer = await _store.CreateWriterAsync();
            var body = PipeReader.Create(
                new RepeatingStream((long)blocks * ContentReader.BlockBytes),
                new StreamPipeReaderOptions(bufferSize: 64 * 1024)
            );
            await body.CopyToAsync(writer, long.MaxValue);
        });

        perBlock.Should().BeLessThan(256 + (4 * StateMachinesBytes), "a block is four reads of the test's own pipe");
    }

    [Fact]
    public async Task CopyToAsync_of_lent_segments_does_not_allocate_by_the_block()
    {
        var segments = LentSegments.Of(TestBytes.Random(ContentReader.BlockBytes), segmentBytes: 4096);

        var perBlock = await AllocatedPerBlockAsync(async blocks =>
        {
            await using var writer = await _store.CreateWriterAsync();
            await new LendingReader(segments, blocks).CopyToAsync(writer, long.MaxValue);
        });

        perBlock.Should().BeLessThan(1 + StateMachinesBytes);
    }

    [Fact]
    public async Task A_2_GiB_body_keeps_the_memory_flat_both_ways()
    {
        const long length = 2L << 30;
        var what = new ContentDescription
        {
            Length = length,
            ETag = "big",
            ContentType = "application/octet-stream",
        };
        await using var server = await ContentServer.StartAsync(app =>
        {
            app.MapGet("/content", () => ContentResults.Stream(what, _ => new(new EndlessReader(length))));
            app.MapPost("/content", (Delegate)ReceiveAsync);
        });
        await UploadAsync(server, 64 << 20);
        await DownloadAsync(server, "bytes=0-67108863");
        var before = Environment.WorkingSet;

        (await UploadAsync(server, length)).Should().Be($"{length}");
        var afterUpload = Environment.WorkingSet;
        (await DownloadAsync(server, "bytes=0-")).Should().Be(length);
        var afterDownload = Environment.WorkingSet;

        (afterUpload - before).Should().BeLessThan(64 << 20);
        (afterDownload - before).Should().BeLessThan(64 << 20);
    }

    private static async Task<string> UploadAsync(ContentServer server, long length)
    {
        using var body = new StreamContent(new RepeatingStream(length), bufferSize: 64 * 1024);
        using var answer = await server.Client.PostAsync("/content", body);
        return await answer.Content.ReadAsStringAsync();
    }

    private static async Task<long> DownloadAsync(ContentServer server, string range)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/content");
        request.Headers.TryAddWithoutValidation("Range", range);
        using var answer = await server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await using var body = await answer.Content.ReadAsStreamAsync();
        var buffer = new byte[256 * 1024];
        var total = 0L;
        for (int read; (read = await body.ReadAsync(buffer)) > 0; )
        {
            total += read;
        }

        return total;
    }

    private async Task<IResult> ReceiveAsync(HttpContext context)
    {
        await using var writer = await _store.CreateWriterAsync(context.Request.ContentLength);
        var info = await ContentUploads.ReceiveAsync(context.Request, writer, 4L << 30, context.RequestAborted);
        return Results.Text($"{info.Length}"); // Not committed, so the disk gets its room back.
    }

    /// <summary>Bytes allocated in the whole process for each block beyond the first few; the least of some rounds.</summary>
    private static async Task<double> AllocatedPerBlockAsync(Func<int, Task> copy)
    {
        await copy(Blocks);
        var least = double.MaxValue;
        for (var round = 0; round < 5; round++)
        {
            var start = GC.GetTotalAllocatedBytes(precise: true);
            await copy(FewBlocks);
            var few = GC.GetTotalAllocatedBytes(precise: true);
            await copy(FewBlocks + Blocks);
            var many = GC.GetTotalAllocatedBytes(precise: true);
            least = Math.Min(least, (many - few - (few - start)) / (double)Blocks);
        }

        return least;
    }

    /// <summary>A pipe that lends the same segments a number of times.</summary>
    private sealed class LendingReader(ReadOnlySequence<byte> segments, int times) : PipeReader
    {
        private int _left = times;

        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
            new(new ReadResult(segments, isCanceled: false, isCompleted: --_left == 0));

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) { }

        public override void AdvanceTo(SequencePosition consumed) { }

        public override bool TryRead(out ReadResult result) => throw new NotSupportedException();

        public override void CancelPendingRead() { }

        public override void Complete(Exception? exception = null) { }
    }

    /// <summary>A pipe that forgets, and lends the same block again.</summary>
    private sealed class SinkWriter : PipeWriter
    {
        private readonly byte[] _block = new byte[ContentReader.BlockBytes];

        public override void Advance(int bytes) { }

        public override Memory<byte> GetMemory(int sizeHint = 0) => _block;

        public override Span<byte> GetSpan(int sizeHint = 0) => _block;

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => default;

        public override void CancelPendingFlush() { }

        public override void Complete(Exception? exception = null) { }
    }
}
