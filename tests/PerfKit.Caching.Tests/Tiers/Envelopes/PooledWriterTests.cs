using System.Buffers;
using System.Runtime.InteropServices;
using CsCheck;
using PerfKit.Caching.Internal;

namespace PerfKit.Caching.Tests.Tiers;

public sealed class PooledWriterTests
{
    [Fact]
    public void What_is_written_is_read_in_the_order_of_writing() =>
        Gen.Select(Gen.Int[0, 40_000], Gen.Int[0, 70_000], Gen.Byte)
            .Array[0, 20]
            .Sample(
                writes =>
                {
                    using var writer = new PooledWriter();
                    var expected = new List<byte>();
                    foreach (var (count, hint, fill) in writes)
                    {
                        var span = writer.GetSpan(Math.Max(count, hint));
                        span[..count].Fill(fill);
                        writer.Advance(count);
                        expected.AddRange(Enumerable.Repeat(fill, count));
                        writer.Length.Should().Be(expected.Count);
                    }

                    writer
                        .Written.ToArray()
                        .AsSpan()
                        .SequenceEqual(CollectionsMarshal.AsSpan(expected))
                        .Should()
                        .BeTrue();
                },
                iter: 200
            );

    [Fact]
    public void A_megabyte_lies_in_arrays_below_the_large_object_heap()
    {
        using var writer = new PooledWriter();

        writer.Write(new byte[1_000_000]);

        foreach (var memory in writer.Written)
        {
            MemoryMarshal.TryGetArray(memory, out var array).Should().BeTrue();
            array.Array!.Length.Should().BeLessThan(85_000);
        }
    }

    [Fact]
    public void A_writer_that_was_disposed_takes_and_gives_nothing()
    {
        var writer = new PooledWriter();
        writer.Write(new byte[100_000]);
        writer.Dispose();
        writer.Dispose();

        writer.Invoking(w => w.GetSpan()).Should().Throw<ObjectDisposedException>();
        writer.Invoking(w => w.GetMemory()).Should().Throw<ObjectDisposedException>();
        writer.Invoking(w => w.Advance(0)).Should().Throw<ObjectDisposedException>();
        writer.Invoking(w => w.Written).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void Advancing_beyond_what_was_given_is_refused()
    {
        using var writer = new PooledWriter();
        var given = writer.GetSpan(10).Length;

        writer.Invoking(w => w.Advance(given + 1)).Should().Throw<ArgumentOutOfRangeException>();
        writer.Invoking(w => w.Advance(-1)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void What_was_written_can_be_read_between_writes()
    {
        using var writer = new PooledWriter();
        writer.Write(new byte[40_000]);
        writer.Written.Length.Should().Be(40_000);
        writer.Write(new byte[40_000]);
        writer.Written.Length.Should().Be(80_000);
        writer.Written.ToArray().Should().HaveCount(80_000);
    }
}
