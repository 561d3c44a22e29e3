namespace PerfKit.Caching.Tests.Contents;

public sealed class ContentKeyTests
{
    private const string Hex = "00112233445566778899aabbccddeeff0123456789abcdef0011223344556677";

    [Fact]
    public void A_key_of_bytes_and_of_hex_is_the_same_and_reads_as_it_was_written()
    {
        var key = ContentKey.FromHex(Hex.ToUpperInvariant());

        key.ToString().Should().Be(Hex);
        key.Should().Be(new ContentKey(Convert.FromHexString(Hex)));
        (key == default).Should().BeFalse();
        key.GetHashCode().Should().Be(new ContentKey(Convert.FromHexString(Hex)).GetHashCode());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void A_hash_of_another_length_is_refused(int length)
    {
        var make = () => new ContentKey(new byte[length]);

        make.Should().Throw<ArgumentException>().WithMessage($"*32 bytes, not {length}*");
    }

    [Theory]
    [InlineData("")]
    [InlineData("xy112233445566778899aabbccddeeff0123456789abcdef0011223344556677")]
    [InlineData("0011")]
    public void FromHex_of_anything_else_is_refused(string text)
    {
        var make = () => ContentKey.FromHex(text);

        make.Should().Throw<FormatException>();
    }
}
