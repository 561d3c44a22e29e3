using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using PerfKit.Streaming.Internal.Coding;
using PerfKit.Streaming.Tests.Coding;

namespace PerfKit.Streaming.Tests.Http;

/// <summary>Coded answers as a client sees them.</summary>
public sealed class CodedDeliveryTests : IAsyncLifetime
{
    private const string Brotli = "Accept-Encoding: br";
    private const string Both = "Accept-Encoding: gzip, deflate, br, zstd";
    private const string Date = "Fri, 02 Jan 2026 12:00:00 GMT";

    private static readonly byte[] Small = CodedFixture.Text(50_000);
    private static readonly byte[] Large = CodedFixture.Text(900_000);

    private int _opened;
    private CodedFixture _coded = null!;
    private ContentServer _server = null!;

    public async Task InitializeAsync()
    {
        _coded = CodedFixture.Open();
        _server = await ContentServer.StartAsync(app =>
        {
            Map(app, "/small", What(Small), Small);
            Map(app, "/large", What(Large), Large);
            Map(app, "/tiny", What(Small[..1000]), Small[..1000]);
            Map(app, "/image", What(Small) with { ContentType = "image/png" }, Small);
            Map(app, "/plain", What(Small) with { Codings = null }, Small);
            app.MapGet(
                "/varied",
                (HttpContext context) =>
                {
                    context.Response.Headers.Vary = "Origin";
                    return ContentResults.Stream(What(Small), _ => new(ContentReader.FromMemory(Small)));
                }
            );
        });
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _coded.DisposeAsync();
    }

    [Theory]
    [InlineData(Brotli, "br")]
    [InlineData(Both, "br")]
    [InlineData("Accept-Encoding: x-gzip", "gzip")]
    [InlineData("Accept-Encoding: identity;q=0, *", "br")]
    public async Task A_coded_answer_has_its_own_tag_length_and_coding_and_decodes(string accept, string coding)
    {
        var answer = await _server.SendAsync("GET", "/small", accept);

        answer.Status.Should().Be(200);
        answer["Content-Encoding"].Should().Be(coding);
        answer["Content-Type"].Should().Be("text/plain");
        answer["Vary"].Should().Be("Accept-Encoding");
        answer["Accept-Ranges"].Should().Be("bytes");
        answer["Last-Modified"].Should().Be(Date);
        answer["ETag"].Should().MatchRegex($"^\"{ContentHash.Compute(Small)}-{coding}-[0-9a-f]{{16}}\"$");
        answer["ETag"].Should().Contain(ContentHash.Compute(answer.Body).ToString()[..16]);
        answer["Content-Length"].Should().Be($"{answer.Body.Length}");
        Decode(answer).Should().Equal(Small);
    }

    [Theory]
    [InlineData("/small", "X: no Accept-Encoding")]
    [InlineData("/small", "Accept-Encoding:")]
    [InlineData("/small", "Accept-Encoding: identity")]
    [InlineData("/small", "Accept-Encoding: br;q=0, gzip;q=0")]
    [InlineData("/small", "Accept-Encoding: ;;,=\"br")]
    [InlineData("/small", "Accept-Encoding: identity;q=0")]
    [InlineData("/small", "Accept-Encoding: *;q=0")]
    public async Task The_content_itself_varies_where_it_could_have_been_coded(string path, string accept)
    {
        var answer = await _server.SendAsync("GET", path, accept);

        answer.Status.Should().Be(200);
        answer["Content-Encoding"].Should().BeNull();
        answer["Vary"].Should().Be("Accept-Encoding");
        answer["ETag"].Should().Be($"\"{ContentHash.Compute(Small)}\"");
        answer.Body.Should().Equal(Small);
    }

    [Theory]
    [InlineData("/image", Both)]
    [InlineData("/image", "Accept-Encoding: br, identity;q=0")]
    [InlineData("/tiny", Both)]
    [InlineData("/plain", Both)]
    public async Task Media_the_tiny_and_the_opted_out_are_left_alone_without_Vary(string path, string accept)
    {
        var answer = await _server.SendAsync("GET", path, accept);

        answer.Status.Should().Be(200);
        answer["Content-Encoding"].Should().BeNull();
        answer["Vary"].Should().BeNull();
        Small.Should().StartWith(answer.Body);
    }

    [Fact]
    public async Task A_large_content_is_itself_at_first_and_coded_from_then_on()
    {
        var first = await _server.SendAsync("GET", "/large", Brotli);
        await _coded.Contents.WhenMadeAsync(CodedFixture.Key(Large, CodedFixture.Brotli));
        var second = await _server.SendAsync("GET", "/large", Brotli);

        first["Content-Encoding"].Should().BeNull();
        first["Vary"].Should().Be("Accept-Encoding");
        first.Body.Should().Equal(Large);
        Decode(second).Should().Equal(Large);
    }

    [Theory]
    [InlineData("/small", Both)]
    [InlineData("/small", "Accept-Encoding: identity")]
    [InlineData("/image", Both)]
    public async Task HEAD_says_what_GET_says(string path, string accept)
    {
        var head = await _server.SendAsync("HEAD", path, accept);
        var get = await _server.SendAsync("GET", path, accept);

        head.Body.Should().BeEmpty();
        head.Fields.Should().BeEquivalentTo(get.Fields);
    }

    [Fact]
    public async Task A_vary_of_the_application_stands_beside()
    {
        using var answer = await _server.Client.GetAsync("/varied");

        answer.Headers.Vary.Should().Equal("Origin", "Accept-Encoding");
    }

    [Fact]
    public async Task If_None_Match_with_a_coded_tag_is_304_without_the_store_also_when_nothing_is_kept()
    {
        var tag = $"\"{ContentHash.Compute(Large)}-br-0123456789abcdef\"";

        var answer = await _server.SendAsync("GET", "/large", Both, $"If-None-Match: \"x\", {tag}");

        answer.Status.Should().Be(304);
        answer["ETag"].Should().Be(tag, "a cache looks for this one to freshen");
        answer["Vary"].Should().Be("Accept-Encoding");
        _opened.Should().Be(0);
    }

    [Theory]
    [InlineData("Accept-Encoding: gzip", 200)] // Its coding is not accepted now.
    [InlineData("X: none", 200)]
    [InlineData("Accept-Encoding: br", 304)]
    public async Task If_None_Match_with_a_coded_tag_counts_when_that_coding_is_accepted(string accept, int status)
    {
        var kept = await _server.SendAsync("GET", "/small", Brotli);

        (await _server.SendAsync("GET", "/small", accept, $"If-None-Match: {kept["ETag"]}")).Status.Should().Be(status);
    }

    [Fact]
    public async Task If_None_Match_with_the_contents_own_tag_is_304_also_when_a_coding_is_kept()
    {
        await _server.SendAsync("GET", "/small", Brotli);
        var tag = $"\"{ContentHash.Compute(Small)}\"";

        var answer = await _server.SendAsync("GET", "/small", Brotli, $"If-None-Match: {tag}");

        answer.Status.Should().Be(304);
        answer["ETag"].Should().Be(tag);
        answer["Vary"].Should().Be("Accept-Encoding");
    }

    [Theory]
    [InlineData("\"{0}\"", 200)]
    [InlineData("*", 200)]
    [InlineData("\"other\"", 412)]
    [InlineData("\"{0}-br-0123456789abcdef\"", 412)]
    public async Task If_Match_is_judged_by_the_representation_that_is_sent(string tag, int status)
    {
        var answer = await _server.SendAsync(
            "GET",
            "/small",
            Brotli,
            $"If-Match: {string.Format(null, tag, ContentHash.Compute(Small))}"
        );

        answer.Status.Should().Be(status);
        answer["Vary"].Should().Be("Accept-Encoding");
    }

    [Fact]
    public async Task Parts_of_a_coding_make_the_coding_again()
    {
        var whole = await _server.SendAsync("GET", "/small", Both);
        var first = await _server.SendAsync("GET", "/small", Both, "Range: bytes=0-999");
        var rest = await _server.SendAsync("GET", "/small", Both, "Range: bytes=1000-", $"If-Range: {whole["ETag"]}");

        first.Status.Should().Be(206);
        first["Content-Encoding"].Should().Be("br");
        first["Content-Range"].Should().Be($"bytes 0-999/{whole.Body.Length}");
        rest.Status.Should().Be(206);
        rest["ETag"].Should().Be(whole["ETag"]);
        rest["Vary"].Should().Be("Accept-Encoding");
        first.Body.Concat(rest.Body).Should().Equal(whole.Body);
    }

    [Fact]
    public async Task A_download_that_began_before_the_coding_was_kept_goes_on_as_it_began()
    {
        var begun = await _server.SendAsync("GET", "/large", Brotli);
        await _coded.Contents.WhenMadeAsync(CodedFixture.Key(Large, CodedFixture.Brotli));

        var rest = await _server.SendAsync(
            "GET",
            "/large",
            Brotli,
            "Range: bytes=800000-",
            $"If-Range: {begun["ETag"]}"
        );

        rest.Status.Should().Be(206);
        rest["Content-Encoding"].Should().BeNull();
        rest.Body.Should().Equal(Large[800_000..]);
    }

    [Fact]
    public async Task A_download_of_the_second_choice_goes_on_with_it()
    {
        var begun = await _server.SendAsync("GET", "/small", "Accept-Encoding: gzip");

        var rest = await _server.SendAsync("GET", "/small", Both, "Range: bytes=100-", $"If-Range: {begun["ETag"]}");

        rest.Status.Should().Be(206);
        begun.Body[..100].Concat(rest.Body).Should().Equal(begun.Body);
    }

    [Theory]
    [InlineData("\"{0}-br-0123456789abcdef\"")] // Another encoder's bytes.
    [InlineData(Date)] // All representations have this date.
    [InlineData("\"other\"")]
    public async Task If_Range_that_does_not_name_these_very_bytes_gives_the_whole(string validator)
    {
        var field = $"If-Range: {string.Format(null, validator, ContentHash.Compute(Small))}";

        var answer = await _server.SendAsync("GET", "/small", Brotli, "Range: bytes=1000-", field);

        answer.Status.Should().Be(200);
        Decode(answer).Should().Equal(Small);
    }

    [Fact]
    public async Task A_range_behind_the_coded_bytes_is_refused_with_their_length()
    {
        var whole = await _server.SendAsync("GET", "/small", Brotli);

        var answer = await _server.SendAsync("GET", "/small", Brotli, "Range: bytes=40000-");

        answer.Status.Should().Be(416);
        answer["Content-Range"].Should().Be($"bytes */{whole.Body.Length}");
        answer["Vary"].Should().Be("Accept-Encoding");
        answer["Content-Encoding"].Should().BeNull();
    }

    [Fact]
    public async Task Repr_Digest_is_that_of_the_coded_bytes_on_the_whole_and_on_a_part()
    {
        const string want = "Want-Repr-Digest: sha-256=1";
        var whole = await _server.SendAsync("GET", "/small", Brotli, want);
        var part = await _server.SendAsync("GET", "/small", Brotli, want, "Range: bytes=5-9");
        var head = await _server.SendAsync("HEAD", "/small", Brotli, want);

        var digest = $"sha-256=:{Convert.ToBase64String(ContentHash.Compute(whole.Body).ToByteArray())}:";
        whole["Repr-Digest"].Should().Be(digest);
        part["Repr-Digest"].Should().Be(digest);
        head["Repr-Digest"].Should().Be(digest);
    }

    [Fact]
    public async Task Several_ranges_are_parts_of_the_coded_bytes()
    {
        var whole = await _server.SendAsync("GET", "/small", Brotli);

        var answer = await _server.SendAsync("GET", "/small", Brotli, "Range: bytes=0-9,500-509");

        answer.Status.Should().Be(206);
        answer["Content-Encoding"].Should().Be("br");
        answer["Content-Type"].Should().StartWith("multipart/byteranges");
        answer.Body.AsSpan().IndexOf(whole.Body.AsSpan(0, 10)).Should().BeGreaterThan(0);
        answer.Body.AsSpan().IndexOf(whole.Body.AsSpan(500, 10)).Should().BeGreaterThan(0);
    }

    private static byte[] Decode(RawAnswer answer) =>
        CodedFixture.Decode(
            answer["Content-Encoding"] == "br" ? ContentCoding.Brotli : ContentCoding.Gzip,
            answer.Body
        );

    private ContentDescription What(byte[] content) =>
        new()
        {
            Length = content.Length,
            Sha256 = ContentHash.Compute(content),
            ContentType = "text/plain",
            LastModified = new DateTimeOffset(2026, 1, 2, 12, 0, 0, TimeSpan.Zero),
            Codings = _coded.Contents,
        };

    private void Map(WebApplication app, string path, ContentDescription what, byte[] content) =>
        app.MapMethods(
            path,
            ["GET", "HEAD"],
            () =>
                ContentResults.Stream(
                    what,
                    _ =>
                    {
                        Interlocked.Increment(ref _opened);
                        return new(ContentReader.FromMemory(content));
                    }
                )
        );
}
