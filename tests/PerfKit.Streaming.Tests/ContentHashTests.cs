using System.Security.Cryptography;
using System.Text;
using CsCheck;

namespace PerfKit.Streaming.Tests;

public sealed class ContentHashTests
{
    private static readonly Gen<byte[]> Bytes32 = Gen.Byte.Array[ContentHash.ByteLength];

    [Fact]
    public void Compute_of_abc_is_the_value_in_fips_180()
    {
        ContentHash
            .Compute(Encoding.ASCII.GetBytes("abc"))
            .ToString()
            .Should()
            .Be("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    [Fact]
    public void Parse_of_either_case_gives_back_the_bytes()
    {
        Bytes32.Sample(bytes =>
        {
            var hash = new ContentHash(bytes);
            return hash.ToByteArray().AsSpan().SequenceEqual(bytes)
                && ContentHash.Parse(hash.ToString()) == hash
                && ContentHash.Parse(Convert.ToHexString(bytes)) == hash
                && $"{hash}" == Convert.ToHexStringLower(bytes);
        });
    }

    [Fact]
    public void CompareTo_orders_as_the_texts_do()
    {
        var near = Gen.Select(Bytes32, Gen.Int[0, 31], Gen.Byte)
            .Select(
                (bytes, at, other) =>
                {
                    var changed = bytes.ToArray();
                    changed[at] = other;
                    return (new ContentHash(bytes), new ContentHash(changed));
                }
            );

        near.Sample(
            (left, right) =>
                Math.Sign(left.CompareTo(right)) == Math.Sign(string.CompareOrdinal($"{left}", $"{right}"))
                && left < right == left.CompareTo(right) < 0
                && left >= right == left.CompareTo(right) >= 0
                && left == right == (left.CompareTo(right) == 0)
        );
    }

    [Theory]
    [InlineData("")]
    [InlineData("ba7816bf")]
    [InlineData("ga7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad0")]
    [InlineData("../../../../../../../../../../../../../../../../../../../etc/passwd")]
    public void TryParse_of_anything_else_is_false_and_Parse_says_what_it_wants(string text)
    {
        ContentHash.TryParse(text, out _).Should().BeFalse();
        var parse = () => ContentHash.Parse(text);
        parse.Should().Throw<FormatException>().WithMessage("*64 hex digits*");
    }

    [Fact]
    public void Constructor_wants_32_bytes()
    {
        var make = () => new ContentHash(SHA512.HashData([]));
        make.Should().Throw<ArgumentException>().WithMessage("*32 bytes, not 64*");
    }

    [Fact]
    public void TryFormat_into_too_little_room_writes_nothing()
    {
        new ContentHash(new byte[32]).TryFormat(new char[63], out var written).Should().BeFalse();
        written.Should().Be(0);
    }
}
