using System.Buffers;
using PerfKit.Caching.Internal;
using PerfKit.TestKit;

namespace PerfKit.Caching.Tests.Tiers;

/// <summary>Alone, because other tests at the same time take the pool's arrays, and the pool then makes new ones.</summary>
[CollectionDefinition(nameof(TierBytesAllocationTests), DisableParallelization = true)]
[Collection(nameof(TierBytesAllocationTests))]
public sealed class TierBytesAllocationTests
{
    private const int Rounds = 100;
    private const int ManyRounds = 20_000; // Long enough for the runtime's better code: its first one boxes.

    private static readonly ValueCodecs All = Codecs.Of();
    private static readonly byte[] Content = new byte[64 * 1024];

    [Fact]
    public void Reading_an_envelope_does_not_allocate()
    {
        var source = new ReadOnlySequence<byte>(Envelopes.Written(payload: Content));

        Bytes(() => Read(source), ManyRounds).Should().Be(0);
    }

    [Fact]
    public void Reading_an_envelope_in_pieces_does_not_allocate()
    {
        var source = Envelopes.Pieces(Envelopes.Written(payload: Content), 10_000);

        Bytes(() => Read(source), ManyRounds).Should().Be(0);
    }

    [Fact]
    public void Reading_an_envelope_of_another_key_does_not_allocate()
    {
        var source = new ReadOnlySequence<byte>(Envelopes.Written(key: "another\uD800"));

        Bytes(() => Read(source), ManyRounds).Should().Be(0);
    }

    [Fact]
    public void Reading_a_compressed_envelope_allocates_a_few_objects_and_no_buffer()
    {
        var source = new ReadOnlySequence<byte>(Envelopes.Written(payload: Content, compressAboveBytes: 0));

        Bytes(() => Read(source)).Should().BeLessThan(2_000);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    public void Writing_an_envelope_allocates_a_few_objects_and_no_buffer(int compressAbove)
    {
        var content = new ReadOnlySequence<byte>(Content);

        Bytes(() =>
            {
                using var target = new PooledWriter();
                Envelope.Write(target, Envelopes.Header, Envelopes.Key, Envelopes.TypeName, content, compressAbove);
            })
            .Should()
            .BeLessThan(2_000);
    }

    [Fact]
    public void Finding_a_codec_does_not_allocate() => Bytes(() => All.Get<string>()).Should().Be(0);

    [Theory]
    [InlineData("a name of 20 letters")]
    [InlineData("é\uD83D\uDE00")]
    [InlineData("a lone \uD800")]
    public void Reading_a_text_allocates_the_text_alone(string text)
    {
        var source = new ReadOnlySequence<byte>(All.Get<string>().Written(text));

        var textBytes = (22 + (2 * text.Length) + 7) / 8 * 8;

        Bytes(() => All.Get<string>().Read(source)).Should().Be(textBytes);
    }

    [Fact]
    public void Writing_a_text_of_a_megabyte_allocates_no_buffer()
    {
        var text = new string('é', 1_000_000);

        Bytes(() =>
            {
                using var target = new PooledWriter();
                All.Get<string>().Write(text, target);
            })
            .Should()
            .BeLessThan(5_000);
    }

    [Fact]
    public void Reading_a_sequence_of_64_KB_allocates_its_bytes()
    {
        var source = Envelopes.Pieces(Content, 10_000);

        Bytes(() => All.Get<ReadOnlySequence<byte>>().Read(source)).Should().BeLessThan(Content.Length + 100);
    }

    private static void Read(ReadOnlySequence<byte> source)
    {
        Envelope.TryRead(source, Envelopes.Key, Envelopes.TypeName, Envelopes.MaximumBytes, out var opened);
        opened.Dispose();
    }

    private static long Bytes(Action run, int rounds = Rounds) =>
        Allocated.Least(() =>
        {
            for (var i = 0; i < rounds; i++)
            {
                run();
            }
        }) / rounds;
}
