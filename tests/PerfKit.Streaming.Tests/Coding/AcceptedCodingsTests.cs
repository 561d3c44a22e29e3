using Microsoft.Extensions.Primitives;
using PerfKit.Streaming.Internal.Coding;
using PerfKit.TestKit;

namespace PerfKit.Streaming.Tests.Coding;

public sealed class AcceptedCodingsTests
{
    [Theory]
    [InlineData("", "")] // Empty: no coding is wanted.
    [InlineData("br", "br")]
    [InlineData("gzip", "gzip")]
    [InlineData("x-gzip", "gzip")]
    [InlineData("GZip, BR", "br gzip")]
    [InlineData("gzip, deflate, br, zstd", "br gzip")]
    [InlineData("gzip, br", "br gzip")] // Equal weights: the server's order.
    [InlineData("gzip;q=0.9, br;q=0.8", "gzip br")]
    [InlineData("gzip;q=0.8, br;q=0.801", "br gzip")]
    [InlineData("br;q=1.0, gzip;q=1.000", "br gzip")]
    [InlineData("br;q=0", "")]
    [InlineData("br;q=0.000, gzip", "gzip")]
    [InlineData("br;q=0.001", "br")]
    [InlineData("br;Q=0.5", "br")]
    [InlineData("br ; q=0.5 \t, \t gzip", "gzip br")]
    [InlineData("*", "br gzip")]
    [InlineData("*;q=0", "")]
    [InlineData("*;q=0.1", "br gzip")]
    [InlineData("br, *;q=0", "br")]
    [InlineData("br;q=0, *", "gzip")]
    [InlineData("gzip;q=0.5, *;q=0.8", "br gzip")]
    [InlineData("gzip, *;q=0.5", "gzip br")]
    [InlineData("identity", "")]
    [InlineData("identity, br", "br")] // Equal weights: the coding.
    [InlineData("identity, br;q=0.5", "")]
    [InlineData("identity;q=0.5, br;q=0.5, gzip;q=0.4", "br")]
    [InlineData("identity;q=0.5, *;q=0.2", "")]
    [InlineData("identity;q=0", "")] // Nothing acceptable is disregarded.
    [InlineData("identity;q=0, gzip", "gzip")]
    [InlineData("identity;q=0, *", "br gzip")]
    [InlineData("deflate", "")]
    [InlineData("compress, zstd;q=0.5", "")]
    [InlineData("brotli, gz", "")]
    [InlineData("br-foo", "")]
    public void Parse_gives_the_codings_in_the_clients_order_and_then_the_servers(string field, string expected) =>
        Show(AcceptedCodings.Parse(field)).Should().Be(expected);

    [Theory]
    [InlineData(",, ,br,", "br")] // A list may have empty elements.
    [InlineData("br;q=2", "")]
    [InlineData("br;q=1.001", "")]
    [InlineData("br;q=-1", "")]
    [InlineData("br;q=0.5.5", "")]
    [InlineData("br;q=0.1234", "")]
    [InlineData("br;q=.5", "")]
    [InlineData("br;q=05", "")]
    [InlineData("br;q=0,5", "")] // A weight of 0, and a coding "5".
    [InlineData("br;q=", "")]
    [InlineData("br;q", "")]
    [InlineData("br;", "")]
    [InlineData("br;q = 1", "")]
    [InlineData("br;q=1;level=3", "")]
    [InlineData("br;level=3;q=1", "")]
    [InlineData("br;q=NaN", "")]
    [InlineData("br;q=1e0", "")]
    [InlineData("br;q=\uff11", "")]
    [InlineData("br;q=0.\u0661", "")]
    [InlineData("br;q=1.", "br")] // The grammar has no least number of digits.
    [InlineData("br;q=x, gzip", "gzip")]
    [InlineData("br;q=x, *", "gzip")] // Named, so not covered by the star.
    [InlineData("*;q=x", "")]
    [InlineData("*;q=x, br", "br")]
    [InlineData("identity;q=x, br;q=0.1", "br")]
    [InlineData("br gzip", "")]
    [InlineData("\"br\"", "")]
    [InlineData(";q=1, gzip", "gzip")]
    [InlineData("br\0", "")]
    [InlineData("br, br;q=0", "")] // Named twice: a refusal counts.
    [InlineData("br;q=0, br", "")]
    [InlineData("gzip, x-gzip;q=0.1, br;q=0.5", "br gzip")]
    [InlineData("=?;,;;=,q=1,;q=1;q=1", "")]
    public void Parse_of_nonsense_never_makes_a_coding_acceptable(string field, string expected) =>
        Show(AcceptedCodings.Parse(field)).Should().Be(expected);

    [Fact]
    public void Parse_of_a_missing_field_is_identity() =>
        Show(AcceptedCodings.Parse(StringValues.Empty)).Should().Be("");

    [Fact]
    public void Parse_of_several_lines_is_that_of_one_list() =>
        Show(AcceptedCodings.Parse(new StringValues(["gzip", null, "", "br;q=0.5, identity;q=0.7"])))
            .Should()
            .Be("gzip");

    [Fact]
    public void Parse_of_a_very_long_field_comes_to_its_end() =>
        Show(AcceptedCodings.Parse(string.Concat(Enumerable.Repeat("x;q=0.1,", 100_000)) + "br")).Should().Be("br");

    [Fact]
    public void Parse_does_not_allocate()
    {
        StringValues one = "gzip, deflate, br;q=0.9, zstd, *;q=0.1";
        var several = new StringValues(["gzip", "br;q=0.5"]);

        Allocated.Least(() => _ = AcceptedCodings.Parse(one)).Should().Be(0);
        Allocated.Least(() => _ = AcceptedCodings.Parse(several)).Should().Be(0);
    }

    private static string Show(AcceptedCodings accepted)
    {
        var codings = new[] { accepted.Best, accepted.Next }.Where(c => c != ContentCoding.Identity).ToList();
        accepted.Contains(ContentCoding.Brotli).Should().Be(codings.Contains(ContentCoding.Brotli));
        accepted.Contains(ContentCoding.Gzip).Should().Be(codings.Contains(ContentCoding.Gzip));
        accepted.Contains(ContentCoding.Identity).Should().BeFalse();
        return string.Join(' ', codings.Select(c => c.Name()));
    }
}
