using PerfKit.Streaming.Internal.Coding;

namespace PerfKit.Streaming.Tests.Coding;

public sealed class CodedTagTests
{
    private static readonly ContentHash Coded = ContentHash.Compute("coded"u8);
    private static readonly AcceptedCodings Both = new(ContentCoding.Brotli, ContentCoding.Gzip);

    [Fact]
    public void Of_names_the_coding_and_the_coded_bytes()
    {
        var tag = CodedTag.Of("\"v1\"", ContentCoding.Brotli, Coded);

        tag.Should().Be($"\"v1-br-{Coded.ToString()[..16]}\"");
        CodedTag.CodingOf(tag, "\"v1\"").Should().Be(ContentCoding.Brotli);
        CodedTag.CodingOf(CodedTag.Of("\"v1\"", ContentCoding.Gzip, Coded), "\"v1\"").Should().Be(ContentCoding.Gzip);
    }

    [Theory]
    [InlineData("\"v1\"")]
    [InlineData("\"v1-br-\"")]
    [InlineData("\"v1-br-0123456789abcde\"")]
    [InlineData("\"v1-br-0123456789abcdef0\"")]
    [InlineData("\"v1-br-0123456789ABCDEF\"")]
    [InlineData("\"v1-br-0123456789abcd g\"")]
    [InlineData("\"v2-br-0123456789abcdef\"")]
    [InlineData("\"v1+br-0123456789abcdef\"")]
    [InlineData("\"v1-br+0123456789abcdef\"")]
    [InlineData("\"v1-gz-0123456789abcdef\"")]
    [InlineData("\"0123456789abcdef\"")]
    public void CodingOf_another_form_or_content_is_none(string tag) =>
        CodedTag.CodingOf(tag, "\"v1\"").Should().BeNull();

    [Theory]
    [InlineData("\"a\", W/\"v1-gzip-0123456789abcdef\"", ContentCoding.Gzip)]
    [InlineData("\"v1-br-0123456789abcdef", ContentCoding.Identity)] // No closing quote.
    [InlineData("v1-br-0123456789abcdef", ContentCoding.Identity)]
    [InlineData("", ContentCoding.Identity)]
    [InlineData("\"", ContentCoding.Identity)]
    [InlineData("*", ContentCoding.Identity)]
    internal void Find_takes_the_first_tag_of_an_accepted_coding(string field, ContentCoding expected)
    {
        CodedTag.Find(field, "\"v1\"", Both).Coding.Should().Be(expected);
        CodedTag.Find(field, "\"v1\"", CodedFixture.Brotli).Coding.Should().Be(ContentCoding.Identity);
    }

    [Fact]
    public void Holds_is_true_for_exactly_the_tag()
    {
        CodedTag.Holds("\"a\", \"v1\"", "\"v1\"").Should().BeTrue();
        CodedTag.Holds("\"a\", \"v1-br-0123456789abcdef\", v1, *", "\"v1\"").Should().BeFalse();
    }
}
