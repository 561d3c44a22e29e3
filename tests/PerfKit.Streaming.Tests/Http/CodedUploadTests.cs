using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace PerfKit.Streaming.Tests.Http;

public sealed class CodedUploadTests
{
    private static readonly ContentUploadPolicy Decoding = new() { MaxBytes = 100 << 20, DecodesBodies = true };
    private static readonly byte[] Text = Encoding.ASCII.GetBytes(string.Join('\n', Enumerable.Range(0, 20_000)));

    [Theory]
    [InlineData("gzip")]
    [InlineData("GZIP")]
    [InlineData("x-gzip")]
    [InlineData("br")]
    [InlineData("identity")]
    public async Task A_coded_body_is_stored_decoded_when_the_policy_says_so(string coding)
    {
        await using var server = await ReceivingServer.StartAsync(Decoding);

        using var answer = await PostAsync(server, coding, Code(coding, Text));

        (await answer.Content.ReadAsStringAsync()).Should().Be($"{ContentHash.Compute(Text)} {Text.Length}");
        (await server.Store.ReadAllAsync(ContentHash.Compute(Text))).Should().Equal(Text);
    }

    [Theory]
    [InlineData("gzip", 1 << 20)]
    [InlineData("br", 1 << 20)]
    [InlineData("gzip", 20_000_003)]
    [InlineData("br", 20_000_003)]
    public async Task A_body_whose_last_coded_byte_stands_for_much_is_stored_whole(string coding, int zeros)
    {
        await using var server = await ReceivingServer.StartAsync(Decoding with { MaxExpansion = int.MaxValue });

        using var answer = await PostAsync(server, coding, Code(coding, new byte[zeros]));

        var hash = ContentHash.Compute(new byte[zeros]);
        (await answer.Content.ReadAsStringAsync()).Should().Be($"{hash} {zeros}");
    }

    [Theory]
    [InlineData("gzip", false, "identity")]
    [InlineData("br", false, "identity")]
    [InlineData("zstd", true, "gzip, br")]
    [InlineData("gzip, br", true, "gzip, br")]
    public async Task A_coding_not_taken_is_refused_naming_those_that_are(string coding, bool decodes, string accepted)
    {
        await using var server = await ReceivingServer.StartAsync(Decoding with { DecodesBodies = decodes });

        var answer = await server.PostAsync(
            "",
            "Expect: 100-continue",
            "Content-Length: 5",
            $"Content-Encoding: {coding}"
        );

        answer.Status.Should().Be(415, "and not 100 first");
        answer["Accept-Encoding"].Should().Be(accepted);
        answer.Text.Should().StartWith("urn:perfkit:coding-unsupported ").And.Contain(coding).And.Contain(accepted);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task A_bomb_is_ended_early(string coding)
    {
        await using var server = await ReceivingServer.StartAsync(Decoding with { MaxBytes = 1L << 40 });
        var bomb = Code(coding, new byte[512 << 20]);

        using var answer = await PostAsync(server, coding, bomb);

        answer.StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
        (await server.Outcome)
            .Should()
            .BeOfType<ContentUploadException>()
            .Which.ProblemType.Should()
            .Be("urn:perfkit:body-swells");
        await server.NothingIsLeft();
    }

    [Fact]
    public async Task Decoded_bytes_count_against_the_limit()
    {
        await using var server = await ReceivingServer.StartAsync(Decoding with { MaxBytes = Text.Length - 1 });

        using var answer = await PostAsync(server, "gzip", Code("gzip", Text));

        answer.StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
        (await server.Outcome).Should().BeOfType<ContentTooLargeException>();
        await server.NothingIsLeft();
    }

    [Theory]
    [InlineData("gzip", "nonsense")]
    [InlineData("br", "nonsense")]
    [InlineData("gzip", "cut")]
    [InlineData("br", "cut")]
    [InlineData("gzip", "longer")]
    [InlineData("br", "longer")]
    public async Task A_code_that_is_broken_is_refused(string coding, string how)
    {
        await using var server = await ReceivingServer.StartAsync(Decoding);
        var coded = Code(coding, TestBytes.Random(100_000));
        byte[] body = how switch
        {
            "nonsense" => TestBytes.Random(1000),
            "cut" => coded[..^10],
            _ => [.. coded, .. new byte[100_000]],
        };

        using var answer = await PostAsync(server, coding, body);

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await server.Outcome)
            .Should()
            .BeOfType<ContentUploadException>()
            .Which.ProblemType.Should()
            .Be("urn:perfkit:coding-malformed");
        await server.NothingIsLeft();
    }

    [Theory]
    [InlineData("Content-Digest", true, HttpStatusCode.OK)]
    [InlineData("Repr-Digest", true, HttpStatusCode.OK)]
    [InlineData("Repr-Digest", false, HttpStatusCode.BadRequest)]
    public async Task Digests_are_of_the_coded_bytes(string field, bool ofCoded, HttpStatusCode status)
    {
        await using var server = await ReceivingServer.StartAsync(Decoding);
        var coded = Code("gzip", Text);
        var digest = Convert.ToBase64String(SHA256.HashData(ofCoded ? coded : Text));

        using var answer = await PostAsync(server, "gzip", coded, (field, $"sha-256=:{digest}:"));

        answer.StatusCode.Should().Be(status, await answer.Content.ReadAsStringAsync());
    }

    private static async Task<HttpResponseMessage> PostAsync(
        ReceivingServer server,
        string coding,
        byte[] body,
        params (string Name, string Value)[] fields
    )
    {
        using var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Encoding", coding);
        foreach (var (name, value) in fields)
        {
            content.Headers.TryAddWithoutValidation(name, value);
        }

        return await server.Server.Client.PostAsync("/content", content);
    }

    private static byte[] Code(string coding, byte[] bytes)
    {
        var coded = new MemoryStream();
        using (
            Stream? coder =
                coding == "br" ? new BrotliStream(coded, CompressionLevel.Optimal)
                : coding == "identity" ? null
                : new GZipStream(coded, CompressionLevel.Optimal)
        )
        {
            (coder ?? coded).Write(bytes);
        }

        return coded.ToArray();
    }
}
