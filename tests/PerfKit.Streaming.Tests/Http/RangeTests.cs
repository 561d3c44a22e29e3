namespace PerfKit.Streaming.Tests.Http;

/// <summary>RFC 9110, 14: one range, over a real connection.</summary>
public sealed class RangeTests(Article article) : IClassFixture<Article>
{
    [Theory]
    [InlineData("bytes=0-4", "abcde", "bytes 0-4/26")]
    [InlineData("bytes=25-25", "z", "bytes 25-25/26")]
    [InlineData("bytes=0-0", "a", "bytes 0-0/26")]
    [InlineData("bytes=20-", "uvwxyz", "bytes 20-25/26")]
    [InlineData("bytes=0-", Article.Letters, "bytes 0-25/26")]
    [InlineData("bytes=-3", "xyz", "bytes 23-25/26")]
    [InlineData("bytes=-26", Article.Letters, "bytes 0-25/26")]
    [InlineData("bytes=-1000", Article.Letters, "bytes 0-25/26")]
    [InlineData("bytes=23-1000", "xyz", "bytes 23-25/26")]
    [InlineData("bytes=23-99999999999999999999999", "xyz", "bytes 23-25/26")]
    [InlineData("BYTES=0-4", "abcde", "bytes 0-4/26")]
    [InlineData("bytes= 0-4 ", "abcde", "bytes 0-4/26")]
    [InlineData("bytes=0-4,", "abcde", "bytes 0-4/26")]
    [InlineData("bytes=,, 0-4 ,\t,", "abcde", "bytes 0-4/26")]
    [InlineData("bytes=0-1,3-4", "abcde", "bytes 0-4/26")]
    [InlineData("bytes=3-4,0-3", "abcde", "bytes 0-4/26")]
    [InlineData("bytes=99-,-3,-0", "xyz", "bytes 23-25/26")]
    [InlineData("bytes=000000000-00000004", "abcde", "bytes 0-4/26")]
    public async Task A_satisfiable_range_is_206_with_just_those_bytes(string range, string body, string contentRange)
    {
        var answer = await article.Server.SendAsync("GET", "/content", $"Range: {range}");

        answer.Status.Should().Be(206);
        answer.Text.Should().Be(body);
        answer["Content-Range"].Should().Be(contentRange);
        answer["Content-Length"].Should().Be($"{body.Length}");
        answer["ETag"].Should().Be("\"v1\"");
        answer["Last-Modified"].Should().Be(Article.Date);
        answer["Cache-Control"].Should().Be("private, max-age=60");
        answer["Content-Type"].Should().Be("text/plain; charset=utf-8");
    }

    [Theory]
    [InlineData("bytes=0-1, -1")]
    [InlineData("bytes=0-12,13-25")]
    [InlineData("bytes=0-,99-")]
    [InlineData("bytes=0-4,lines")]
    [InlineData("bytes=0-4,4-0")]
    [InlineData("bytes=0-4 5-6")]
    [InlineData("bytes=,")]
    [InlineData("bytes=,, ,")]
    [InlineData("lines=0-5")]
    [InlineData("bytes")]
    [InlineData("bytes=")]
    [InlineData("bytes=-")]
    [InlineData("bytes=5")]
    [InlineData("bytes=4-0")]
    [InlineData("bytes=a-b")]
    [InlineData("bytes=0x0-4")]
    [InlineData("bytes=+0-4")]
    [InlineData("bytes=--4")]
    [InlineData("bytes=0-4-5")]
    [InlineData("bytes =0-4")]
    [InlineData("bytes=0 -4")]
    [InlineData("bytes=0-4;q=1")]
    [InlineData("0-4")]
    [InlineData("")]
    public async Task Ranges_of_everything_other_units_and_malformed_fields_give_the_whole(string range)
    {
        var answer = await article.Server.SendAsync("GET", "/content", $"Range: {range}");

        answer.Status.Should().Be(200);
        answer.Text.Should().Be(Article.Letters);
        answer["Content-Range"].Should().BeNull();
        answer["Accept-Ranges"].Should().Be("bytes");
    }

    [Fact]
    public async Task Two_Range_fields_give_the_whole()
    {
        var answer = await article.Server.SendAsync("GET", "/content", "Range: bytes=0-1", "Range: bytes=2-3");

        answer.Status.Should().Be(200);
    }

    [Theory]
    [InlineData("bytes=26-")]
    [InlineData("bytes=26-30")]
    [InlineData("bytes=99999999999999999999999-")]
    [InlineData("bytes=-0")]
    [InlineData("bytes=-0, 26-, 30-40")]
    [InlineData("bytes=9223372036854775807-,9223372036854775808-")]
    public async Task A_range_outside_is_416_that_names_the_length_and_opens_nothing(string range)
    {
        var opened = article.Opened;

        var answer = await article.Server.SendAsync("GET", "/content", $"Range: {range}");

        answer.Status.Should().Be(416);
        answer["Content-Range"].Should().Be("bytes */26");
        answer["Content-Type"].Should().Be("application/problem+json");
        answer["Cache-Control"].Should().BeNull();
        answer.Text.Should().Contain("\"type\":\"urn:perfkit:range-not-satisfiable\"").And.Contain("has 26 bytes");
        answer.Text.Should().Contain("\"parameter\":\"Range\"").And.Contain("\"status\":416");
        article.Opened.Should().Be(opened);
    }

    [Theory]
    [InlineData("\"v1\"", 206)]
    [InlineData("\"v2\"", 200)]
    [InlineData("W/\"v1\"", 200)]
    [InlineData("\"v1\", \"v2\"", 200)]
    [InlineData("*", 200)]
    [InlineData("v1", 200)]
    [InlineData("\"v1", 200)]
    [InlineData("", 200)]
    [InlineData(Article.Date, 206)]
    [InlineData("Friday, 02-Jan-26 12:00:00 GMT", 206)]
    [InlineData(Article.Earlier, 200)]
    [InlineData(Article.Later, 200)]
    [InlineData("yesterday", 200)]
    public async Task If_Range_gives_the_part_only_for_the_very_same_content(string ifRange, int status)
    {
        var answer = await article.Server.SendAsync("GET", "/content", "Range: bytes=0-4", $"If-Range: {ifRange}");

        answer.Status.Should().Be(status);
        answer.Text.Should().Be(status == 206 ? "abcde" : Article.Letters);
    }

    [Fact]
    public async Task If_Range_of_another_content_turns_an_unsatisfiable_range_into_the_whole()
    {
        var answer = await article.Server.SendAsync("GET", "/content", "Range: bytes=99-", "If-Range: \"v0\"");

        answer.Status.Should().Be(200);
    }

    [Fact]
    public async Task Range_counts_for_GET_alone()
    {
        var answer = await article.Server.SendAsync("POST", "/content", "Range: bytes=0-4", "Content-Length: 0");

        answer.Status.Should().Be(200);
        answer.Text.Should().Be(Article.Letters);
    }

    [Theory]
    [InlineData("bytes=0-", 416)]
    [InlineData("bytes=-0", 416)]
    [InlineData("bytes=-5", 200)]
    [InlineData("bytes=0-,-5", 200)]
    public async Task Ranges_of_an_empty_content_are_answered_as_the_rfc_defines_them(string range, int status)
    {
        var empty = new ContentDescription
        {
            Length = 0,
            ETag = "e",
            ContentType = "text/plain",
        };
        await using var server = await ContentServer.StartAsync(empty, () => ContentReader.FromMemory(default));

        var answer = await server.SendAsync("GET", "/content", $"Range: {range}");

        answer.Status.Should().Be(status);
    }
}
