using PerfKit.Streaming.Internal.Coding;
using PerfKit.TestKit;

namespace PerfKit.Streaming.Tests.Coding;

public sealed class CodableTypesTests
{
    [Theory]
    [InlineData("text/plain")]
    [InlineData("TEXT/HTML; charset=utf-8")]
    [InlineData("text/csv;header=present")]
    [InlineData("application/json")]
    [InlineData(" Application/JSON ; charset=utf-8")]
    [InlineData("application/javascript")]
    [InlineData("application/wasm")]
    [InlineData("application/problem+json")]
    [InlineData("application/vnd.api+json;profile=x")]
    [InlineData("application/xhtml+xml")]
    [InlineData("image/svg+xml")]
    [InlineData("font/ttf")]
    public void Text_in_all_its_forms_is_coded(string type) => CodableTypes.Contains(type).Should().BeTrue();

    [Theory]
    [InlineData("image/png")]
    [InlineData("image/jpeg")]
    [InlineData("video/mp4")]
    [InlineData("audio/ogg")]
    [InlineData("application/zip")]
    [InlineData("application/epub+zip")]
    [InlineData("application/gzip")]
    [InlineData("application/pdf")]
    [InlineData("application/vnd.openxmlformats-officedocument.wordprocessingml.document")]
    [InlineData("application/octet-stream")]
    [InlineData("font/woff2")]
    [InlineData("")]
    [InlineData("text")]
    [InlineData("x;text/plain")]
    [InlineData("image/png; note=a+json")]
    [InlineData("json")]
    public void Media_archives_and_the_unknown_are_left_alone(string type) =>
        CodableTypes.Contains(type).Should().BeFalse();

    [Fact]
    public void Contains_does_not_allocate() =>
        Allocated.Least(() => _ = CodableTypes.Contains("application/vnd.api+json; charset=utf-8")).Should().Be(0);
}
