using PerfKit.Streaming.Internal.Coding;

namespace PerfKit.Streaming.Tests.Coding;

public sealed class CodedTagTests
{
    private static readonly ContentHash Coded = ContentHash.Compute("coded"u8);

    [Fact]
    public void Of_names_the_coding_and_the_coded_bytes()
    {
        var tag = CodedTag.Of("v1", ContentCoding.Brotli, Coded);

        tag.Should().Be($"v1-br-{Coded.ToString()[..16]}");
        CodedTag.IsOf(tag, "v1", ContentCoding.Brotli).Should().BeTrue();
        CodedTag.IsOf(tag, "v1", ContentCoding.Gzip).Should().BeFalse();
        CodedTag.Of("v1", ContentCoding.Gzip, Coded).Should().StartWith("v1-gzip-");
    }

    [Theory]
    [InlineData("v1")]
    [InlineData("v1-br-")]
    [InlineData("v1-br-0123456789abcde")]
    [InlineData("v1-br-0123456789abcdef0")]
    [InlineData("v1-br-0123456789ABCDEF")]
    [InlineData("v1-br-0123456789abcde\"")]
    [InlineData("v2-br-0123456789abcdef")]
    [InlineData("v1+br-0123456789abcdef")]
    [InlineData("v1-br+0123456789abcdef")]
    [InlineData("v1-gz-0123456789abcdef")]
    public void IsOf_another_form_or_content_is_false(string tag) =>
        CodedTag.IsOf(tag, "v1", ContentCoding.Brotli).Should().BeFalse();
}
