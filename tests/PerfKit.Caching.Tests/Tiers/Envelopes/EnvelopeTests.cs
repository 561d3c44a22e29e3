using System.Text;
using CsCheck;
using PerfKit.Caching.Internal;

namespace PerfKit.Caching.Tests.Tiers;

public sealed class EnvelopeTests
{
    private static readonly byte[] Json = Encoding.UTF8.GetBytes(
        string.Join(',', Enumerable.Range(0, 2_000).Select(i => $"{{\"id\":{i},\"name\":\"name {i}\"}}"))
    );

    // Halves of surrogate pairs included: they are chars like others.
    private static readonly Gen<string> Texts = Gen.Char.Array[0, 300].Select(chars => new string(chars));

    private static readonly Gen<EnvelopeHeader> Headers = Gen.Select(
        Gen.Select(Gen.Int[0, 2], Gen.Long, Gen.Long, Gen.Long),
        Gen.Long,
        Gen.OneOf(Gen.Const((string?)null), Texts.Select(t => (string?)t)),
        Gen.OneOf(Gen.Const((long?)null), Gen.Long.Select(t => (long?)t)),
        (first, sliding, tag, modified) =>
            new EnvelopeHeader
            {
                IsNull = first.Item1 == 1,
                IsNegative = first.Item1 == 2,
                WrittenAtMilliseconds = first.Item2,
                FreshUntilMilliseconds = first.Item3,
                KeptUntilMilliseconds = first.Item4,
                SlidingMilliseconds = sliding,
                ETag = tag,
                LastModifiedMilliseconds = modified,
            }
    );

    [Fact]
    public void What_is_written_is_read() =>
        Gen.Select(Headers, Texts, Gen.Byte.Array[0, 500], Gen.Int[-1, 300], Gen.Int[1, 100])
            .Sample(
                (header, key, bytes, compressAbove, piece) =>
                {
                    var payload = header.IsNull || header.IsNegative ? [] : bytes;
                    var written = Envelopes.Written(header, key, payload, compressAbove);

                    var read = Envelopes.Read(Envelopes.Pieces(written, piece), key);

                    read.Status.Should().Be(EnvelopeStatus.Ok);
                    read.Header.Should().Be(header);
                    read.Payload.Should().Equal(payload);
                },
                iter: 2_000
            );

    [Fact]
    public void Another_key_is_told()
    {
        var written = Envelopes.Written();

        foreach (
            var key in new[] { "", "user:4", "user:43", "user:421", "USER:42", "user:42\rSystem.String", "\uD800" }
        )
        {
            Envelopes.Read(new(written), key).Status.Should().Be(EnvelopeStatus.OtherKey);
        }
    }

    [Fact]
    public void Another_type_is_told() =>
        Envelopes.Read(new(Envelopes.Written()), typeName: "System.Int32").Status.Should().Be(EnvelopeStatus.OtherType);

    [Fact]
    public void Another_version_is_a_miss_in_both_directions()
    {
        Envelopes.Read(Envelopes.Written(version: 2)).Status.Should().Be(EnvelopeStatus.OtherVersion);
        Envelopes.Read(new(Envelopes.Written()), version: 2).Status.Should().Be(EnvelopeStatus.OtherVersion);
        Envelopes.Read(new(Envelopes.Written(version: 2)), version: 2).Status.Should().Be(EnvelopeStatus.Ok);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    public void A_cut_envelope_is_broken_wherever_it_is_cut(int compressAbove)
    {
        var written = Envelopes.Written(payload: Json[..200], compressAboveBytes: compressAbove);

        for (var length = 0; length < written.Length; length++)
        {
            Envelopes.Read(written[..length]).Status.Should().Be(EnvelopeStatus.Broken);
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    public void A_flipped_bit_is_never_a_value(int compressAbove)
    {
        var written = Envelopes.Written(payload: Json[..200], compressAboveBytes: compressAbove);

        for (var bit = 0; bit < 8 * written.Length; bit++)
        {
            written[bit / 8] ^= (byte)(1 << (bit % 8));
            Envelopes.Read(written).Status.Should().NotBe(EnvelopeStatus.Ok, $"bit {bit} is wrong");
            written[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void Any_bytes_are_read_without_an_exception() =>
        Gen.Byte.Array[0, 200].Sample(bytes => Envelopes.Read(bytes).Status != EnvelopeStatus.Ok, iter: 20_000);

    [Fact]
    public void Any_bytes_under_a_right_checksum_are_read_without_an_exception() =>
        Gen.Select(Gen.Int[0, 63], Gen.Byte.Array[0, 200], Gen.Int[1, 50])
            .Sample(
                (flags, bytes, piece) =>
                    Envelopes.Read(Envelopes.Pieces(Forged.Envelope([(byte)flags, .. bytes]), piece)).Status
                    != EnvelopeStatus.Ok,
                iter: 20_000
            );

    [Fact]
    public void A_flag_that_is_not_known_is_another_version()
    {
        Envelopes.Read(Forged.Flagged(64)).Status.Should().Be(EnvelopeStatus.OtherVersion);
        Envelopes.Read(Forged.Flagged(128)).Status.Should().Be(EnvelopeStatus.OtherVersion);
        Envelopes.Read(Forged.Flagged(0)).Status.Should().Be(EnvelopeStatus.Ok);
    }

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(long.MaxValue)]
    [InlineData(int.MaxValue)]
    [InlineData(4)]
    [InlineData(2)]
    public void A_payload_of_another_length_than_it_says_is_broken(ulong length) =>
        Envelopes.Read(Forged.Flagged(0, length)).Status.Should().Be(EnvelopeStatus.Broken);

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void A_payload_where_there_is_no_value_is_broken(byte flags) =>
        Envelopes.Read(Forged.Flagged(flags)).Status.Should().Be(EnvelopeStatus.Broken);

    [Fact]
    public void A_large_payload_shrinks_and_comes_back()
    {
        var written = Envelopes.Written(payload: Json, compressAboveBytes: 1_000);

        written.Length.Should().BeLessThan(Json.Length / 2);
        Envelopes.Read(written).Payload.Should().Equal(Json);
        Envelopes.Read(Envelopes.Pieces(written, 7)).Payload.Should().Equal(Json);
    }

    [Fact]
    public void A_payload_up_to_the_bound_is_not_compressed() =>
        Envelopes
            .Written(payload: Json[..1_000], compressAboveBytes: 1_000)
            .Should()
            .Equal(Envelopes.Written(payload: Json[..1_000]));

    [Fact]
    public void A_payload_that_does_not_shrink_is_left_as_it_is()
    {
        var noise = new byte[50_000];
        new Random(7).NextBytes(noise);

        Envelopes.Written(payload: noise, compressAboveBytes: 0).Should().Equal(Envelopes.Written(payload: noise));
    }

    [Fact]
    public void A_payload_that_expands_beyond_the_maximum_is_broken()
    {
        var bomb = Envelopes.Written(payload: new byte[5_000_000], compressAboveBytes: 0);

        bomb.Length.Should().BeLessThan(1_000);
        Envelopes.Read(new(bomb), maximumBytes: 4_999_999).Status.Should().Be(EnvelopeStatus.Broken);
        Envelopes.Read(new(bomb), maximumBytes: 5_000_000).Status.Should().Be(EnvelopeStatus.Ok);
    }

    [Fact]
    public void A_payload_that_expands_to_another_length_than_it_says_is_broken()
    {
        var packed = Forged.Packed(new byte[5_000_000]);

        Envelopes.Read(Forged.Flagged(1, 1_000, packed)).Status.Should().Be(EnvelopeStatus.Broken);
        Envelopes.Read(Forged.Flagged(1, 0, packed)).Status.Should().Be(EnvelopeStatus.Broken);
        Envelopes.Read(Forged.Flagged(1, ulong.MaxValue, packed)).Status.Should().Be(EnvelopeStatus.Broken);
        Envelopes
            .Read(Forged.Flagged(1, 1_001, Forged.Packed(new byte[1_000])))
            .Status.Should()
            .Be(EnvelopeStatus.Broken);
        Envelopes.Read(Forged.Flagged(1, 5_000_001, packed)).Status.Should().Be(EnvelopeStatus.Broken);
        Envelopes
            .Read(Forged.Flagged(1, 1_000, [.. Forged.Packed(new byte[1_000]), 0]))
            .Status.Should()
            .Be(EnvelopeStatus.Broken);
        Envelopes.Read(Forged.Flagged(1, 1_000, Forged.Packed(new byte[1_000]))).Status.Should().Be(EnvelopeStatus.Ok);
    }

    [Fact]
    public void A_key_of_ten_million_chars_is_a_key_like_others()
    {
        var key = new string('k', 10_000_000);
        var written = Envelopes.Written(key: key);

        Envelopes.Read(new(written), key).Status.Should().Be(EnvelopeStatus.Ok);
        Envelopes.Read(new(written), key[..^1]).Status.Should().Be(EnvelopeStatus.OtherKey);
    }
}
