using System.IO.Pipelines;
using Microsoft.Extensions.Time.Testing;

namespace PerfKit.Streaming.Tests;

public sealed class TransferMemoryTests
{
    private const int MiB = 1 << 20;
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void TryReserve_gives_seven_eighths_of_the_capacity_in_places_and_then_refuses()
    {
        var memory = new TransferMemory(new TransferMemoryOptions { CapacityBytes = MiB });
        var places = Enumerable.Range(0, 56).Select(_ => Reserve(memory)).ToList();

        memory.TryReserve(out var more).Should().BeFalse();
        more.Should().BeNull();
        memory.UsedBytes.Should().Be(56 * TransferMemory.PlaceBytes);

        places[0].Dispose();
        places[0].Dispose();
        memory.TryReserve(out _).Should().BeTrue();
        memory.TryReserve(out _).Should().BeFalse("a place is given back once");
    }

    [Fact]
    public async Task WriteToAsync_with_a_place_sends_blocks_of_256_KB_to_a_quick_reader()
    {
        var memory = new TransferMemory(new TransferMemoryOptions { CapacityBytes = 64L * MiB }, clock: _clock);

        var blocks = await SendAsync(memory, 4 * MiB, wait: TimeSpan.Zero);

        blocks.Should().OnlyContain(block => block == ContentReader.BlockBytes);
        memory.UsedBytes.Should().Be(0);
    }

    [Fact]
    public async Task WriteToAsync_with_a_place_goes_on_in_16_KB_for_a_reader_that_lets_a_block_wait()
    {
        var memory = new TransferMemory(new TransferMemoryOptions { CapacityBytes = 64L * MiB }, clock: _clock);

        var blocks = await SendAsync(memory, MiB, wait: TimeSpan.FromMilliseconds(21));

        blocks[0].Should().Be(ContentReader.BlockBytes);
        blocks[1..].Should().OnlyContain(block => block == TransferMemory.PlaceBytes);
    }

    [Fact]
    public async Task WriteToAsync_with_a_place_lends_again_after_1_MB_without_a_wait()
    {
        var memory = new TransferMemory(new TransferMemoryOptions { CapacityBytes = 64L * MiB }, clock: _clock);

        var blocks = await SendAsync(memory, 2 * MiB, wait: TimeSpan.FromMilliseconds(21), waits: 1);

        blocks[1..65].Should().OnlyContain(block => block == TransferMemory.PlaceBytes);
        blocks[65].Should().Be(ContentReader.BlockBytes);
    }

    [Fact]
    public async Task WriteToAsync_when_nothing_is_left_to_lend_goes_on_with_the_place()
    {
        var memory = new TransferMemory(new TransferMemoryOptions { CapacityBytes = MiB }, clock: _clock);

        var blocks = await SendAsync(memory, MiB, wait: TimeSpan.Zero);

        blocks[0].Should().Be(128 * 1024, "of 1 MiB an eighth is lent, and a place stands beside it");
        memory.UsedBytes.Should().Be(0);
    }

    [Fact]
    public async Task Places_together_never_hold_more_than_the_capacity()
    {
        var memory = new TransferMemory(new TransferMemoryOptions { CapacityBytes = MiB }, clock: _clock);
        var most = 0L;

        await Task.WhenAll(
            Enumerable
                .Range(0, 56)
                .Select(_ =>
                    Task.Run(() => SendAsync(memory, 2 * MiB, TimeSpan.Zero, () => InterlockedMax(ref most, memory)))
                )
        );

        most.Should().BeInRange(TransferMemory.PlaceBytes, MiB);
        memory.UsedBytes.Should().Be(0);
    }

    [Theory]
    [InlineData(MiB - 1)]
    [InlineData((1L << 40) + 1)]
    public void A_capacity_out_of_range_is_refused_with_its_value(long bytes)
    {
        var make = () => new TransferMemory(new TransferMemoryOptions { CapacityBytes = bytes });

        make.Should().Throw<ArgumentOutOfRangeException>().WithMessage($"*CapacityBytes is {bytes}*between 1048576*");
    }

    private static void InterlockedMax(ref long most, TransferMemory memory)
    {
        var used = memory.UsedBytes;
        for (var seen = Volatile.Read(ref most); used > seen; seen = Volatile.Read(ref most))
        {
            Interlocked.CompareExchange(ref most, used, seen);
        }
    }

    private static TransferPlace Reserve(TransferMemory memory) =>
        memory.TryReserve(out var place) ? place : throw new InvalidOperationException("No place is left.");

    private async Task<List<int>> SendAsync(
        TransferMemory memory,
        int bytes,
        TimeSpan wait,
        Action? look = null,
        int waits = int.MaxValue
    )
    {
        var blocks = new List<int>();
        var sink = new BlockSink(block =>
        {
            blocks.Add(block);
            look?.Invoke();
            if (wait > TimeSpan.Zero && waits-- > 0)
            {
                _clock.Advance(wait);
            }
        });
        var reader = ContentReader.FromMemory(new byte[bytes]);
        using var place = Reserve(memory);

        (await reader.WriteToAsync(sink, 0, bytes, place)).Should().BeTrue();

        blocks.Sum().Should().Be(bytes);
        return blocks;
    }

    /// <summary>Takes every block, and tells of each when it is flushed.</summary>
    private sealed class BlockSink(Action<int> flushed) : PipeWriter
    {
        private readonly byte[] _block = new byte[ContentReader.BlockBytes];
        private int _advanced;

        public override void Advance(int bytes) => _advanced += bytes;

        public override Memory<byte> GetMemory(int sizeHint = 0) => _block;

        public override Span<byte> GetSpan(int sizeHint = 0) => _block;

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            flushed(_advanced);
            _advanced = 0;
            return default;
        }

        public override void CancelPendingFlush() { }

        public override void Complete(Exception? exception = null) { }
    }
}
