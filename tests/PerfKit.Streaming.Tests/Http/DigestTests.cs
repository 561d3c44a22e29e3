using System.Security.Cryptography;

namespace PerfKit.Streaming.Tests.Http;

/// <summary>RFC 9530: digests of the representation and of the content of an answer.</summary>
public sealed class DigestTests(Book book) : IClassFixture<Book>
{
    private string Whole => Digest(book.Bytes);

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    public async Task Repr_Digest_is_said_unasked_where_the_hash_is_known(string method)
    {
        var answer = await book.Server.SendAsync(method, "/content");

        answer["Repr-Digest"].Should().Be(Whole);
        answer["Content-Digest"].Should().BeNull();
        answer["ETag"].Should().Be($"\"{ContentHash.Compute(book.Bytes)}\"");
    }

    [Fact]
    public async Task A_part_has_the_digest_of_the_whole_and_when_wanted_that_of_its_own_bytes()
    {
        var answer = await book.Server.SendAsync(
            "GET",
            "/content",
            "Range: bytes=10-19",
            "Want-Content-Digest: sha-256=1"
        );

        answer["Repr-Digest"].Should().Be(Whole);
        answer["Content-Digest"].Should().Be(Digest(book.Bytes[10..20]));
    }

    [Fact]
    public async Task A_multipart_answer_has_the_digest_of_its_whole_body_when_wanted()
    {
        var answer = await book.Server.SendAsync(
            "GET",
            "/content",
            "Range: bytes=0-0,-1",
            "Want-Content-Digest: sha-256=1"
        );

        answer["Content-Digest"].Should().Be(Digest(answer.Body));
    }

    [Theory]
    [InlineData("sha-256=1", true)]
    [InlineData("sha-256=10", true)]
    [InlineData("sha-512=3, sha-256=10, unixsum=0", true)]
    [InlineData("sha-256=0,\tsha-256=5", true)]
    [InlineData("sha-256=1;foo=bar, md5=1", true)]
    [InlineData("sha-256=0", false)]
    [InlineData("sha-256=5, sha-256=0", false)]
    [InlineData("sha-512=10", false)]
    [InlineData("sha-256", false)]
    [InlineData("sha-256=11", false)]
    [InlineData("sha-256=-1", false)]
    [InlineData("sha-256=1.5", false)]
    [InlineData("sha-256=99999999999999999999", false)]
    [InlineData("sha-256=yes", false)]
    [InlineData("sha-256=1,", false)]
    [InlineData("sha-256=1 md5=1", false)]
    [InlineData("SHA-256=1", false)]
    [InlineData("=1", false)]
    [InlineData("*", false)]
    [InlineData("", false)]
    [InlineData(", sha-256=1", false)]
    public async Task Want_Content_Digest_is_honoured_when_it_can_be_read(string field, bool honoured)
    {
        var answer = await book.Server.SendAsync("GET", "/content", $"Want-Content-Digest: {field}");

        answer.Status.Should().Be(200);
        answer["Content-Digest"].Should().Be(honoured ? Whole : null);
    }

    [Fact]
    public async Task Want_fields_of_several_lines_are_one_field()
    {
        var answer = await book.Server.SendAsync(
            "GET",
            "/content",
            "Want-Content-Digest: md5=1",
            "Want-Content-Digest: sha-256=2"
        );

        answer["Content-Digest"].Should().Be(Whole);
    }

    [Fact]
    public async Task A_digest_that_is_not_acceptable_is_not_sent()
    {
        var answer = await book.Server.SendAsync("GET", "/content", "Want-Repr-Digest: sha-256=0");

        answer["Repr-Digest"].Should().BeNull();
    }

    [Theory]
    [InlineData("If-None-Match: *", 304)]
    [InlineData("If-Match: \"x\"", 412)]
    [InlineData("Range: bytes=10000-", 416)]
    public async Task Answers_without_the_content_have_no_digest_of_it(string field, int status)
    {
        var answer = await book.Server.SendAsync(
            "GET",
            "/content",
            field,
            "Want-Repr-Digest: sha-256=1",
            "Want-Content-Digest: sha-256=1"
        );

        answer.Status.Should().Be(status);
        answer.Fields.Keys.Should().NotContain(["Repr-Digest", "Content-Digest"]);
    }

    [Theory]
    [InlineData(1 << 20, true)]
    [InlineData((1 << 20) + 1, false)]
    public async Task An_unknown_hash_is_computed_when_wanted_and_the_content_is_small(int length, bool computed)
    {
        var bytes = TestBytes.Random(length);
        var what = new ContentDescription
        {
            Length = length,
            ETag = "v1",
            ContentType = "application/octet-stream",
        };
        await using var server = await ContentServer.StartAsync(what, () => ContentReader.FromMemory(bytes));

        var unasked = await server.SendAsync("GET", "/content");
        var answer = await server.SendAsync(
            "GET",
            "/content",
            "Want-Repr-Digest: sha-256=1",
            "Want-Content-Digest: sha-256=1"
        );

        var part = await server.SendAsync("GET", "/content", "Want-Repr-Digest: sha-256=1", "Range: bytes=0-9");
        var head = await server.SendAsync("HEAD", "/content", "Want-Repr-Digest: sha-256=1");

        unasked["Repr-Digest"].Should().BeNull();
        part["Repr-Digest"].Should().Be(computed ? Digest(bytes) : null);
        head["Repr-Digest"].Should().Be(computed ? Digest(bytes) : null);
        answer["Repr-Digest"].Should().Be(computed ? Digest(bytes) : null);
        answer["Content-Digest"].Should().Be(computed ? Digest(bytes) : null);
        answer.Body.AsSpan().SequenceEqual(bytes).Should().BeTrue();
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("Want-Repr-Digest: sha-256=1", true)]
    public async Task Whoever_resumes_has_the_fields_of_the_first_answer_but_gets_the_digest_he_wants(
        string field,
        bool wanted
    )
    {
        var resume = $"If-Range: \"{ContentHash.Compute(book.Bytes)}\"";
        string[] fields = field.Length > 0 ? [resume, field] : [resume];

        var answer = await book.Server.SendAsync("GET", "/content", [.. fields, "Range: bytes=5-"]);

        answer.Status.Should().Be(206);
        answer["Content-Type"].Should().BeNull();
        answer["Repr-Digest"].Should().Be(wanted ? Whole : null);
        answer["ETag"].Should().NotBeNull();
        answer["Last-Modified"].Should().NotBeNull();
        answer["Cache-Control"].Should().NotBeNull();
    }

    private static string Digest(byte[] bytes) => $"sha-256=:{Convert.ToBase64String(SHA256.HashData(bytes))}:";
}
