using System.Security.Cryptography;
using System.Text;

namespace PerfKit.Streaming.Tests.Http;

/// <summary>RFC 9530 on requests.</summary>
public sealed class UploadDigestTests : IAsyncLifetime
{
    private const string Body = "hello";

    private static readonly string Sha256 = Convert.ToBase64String(SHA256.HashData(Encoding.ASCII.GetBytes(Body)));
    private static readonly string Sha512 = Convert.ToBase64String(SHA512.HashData(Encoding.ASCII.GetBytes(Body)));
    private static readonly string Other256 = Convert.ToBase64String(new byte[32]);
    private static readonly string Other512 = Convert.ToBase64String(new byte[64]);

    private ReceivingServer _server = null!;

    public async Task InitializeAsync() =>
        _server = await ReceivingServer.StartAsync(new ContentUploadPolicy { MaxBytes = 1000 });

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public static TheoryData<string, int, string> Table() =>
        new()
        {
            { "Content-Digest: sha-256=:{256}:", 200, "" },
            { "Repr-Digest: sha-256=:{256}:", 200, "" },
            { "Content-Digest: sha-512=:{512}:", 200, "" },
            { "Content-Digest: sha-512=:{512}:, sha-256=:{256}:", 200, "" },
            { "Content-Digest: sha-512=:{512}:;p=1;q=\"a,b\" ,  sha-256=:{256}:;x", 200, "" },
            { "Content-Digest: md5=:AAAA:, sha=:AAAA:, unixsum=5, adler=(1 2), x;a=\"b\\\"c\"", 200, "" },
            { "Content-Digest: sha-256=:{other256}:, sha-256=:{256}:", 200, "the last of a key counts" },
            { "Content-Digest: ", 200, "an empty dictionary says nothing" },
            { "Content-Digest: sha-256=:{other256}:", 400, "digest-mismatch" },
            { "Repr-Digest: sha-256=:{other256}:", 400, "digest-mismatch" },
            { "Content-Digest: sha-512=:{other512}:", 400, "digest-mismatch" },
            { "Content-Digest: sha-512=:{512}:, sha-256=:{other256}:", 400, "digest-mismatch" },
            { "Repr-Digest: sha-256=:{256}:\r\nContent-Digest: sha-256=:{other256}:", 400, "digest-mismatch" },
            { "Content-Digest: sha-256={256}", 400, "digest-malformed" },
            { "Content-Digest: sha-256=\"{256}\"", 400, "digest-malformed" },
            { "Content-Digest: sha-256=:{256}", 400, "digest-malformed" },
            { "Content-Digest: sha-256=:AAAA:", 400, "digest-malformed" },
            { "Content-Digest: sha-256=:{512}:", 400, "digest-malformed" },
            { "Content-Digest: sha-256=:{256}:x", 400, "digest-malformed" },
            { "Content-Digest: sha-256=:{256}:,", 400, "digest-malformed" },
            { "Content-Digest: sha-256", 400, "digest-malformed" },
            { "Content-Digest: SHA-256=:{256}:", 400, "digest-malformed" },
            { "Content-Digest: a=\"never ends", 400, "digest-malformed" },
            { "Content-Digest: =:AAAA:", 400, "digest-malformed" },
        };

    [Theory]
    [MemberData(nameof(Table))]
    public async Task A_stated_digest_is_verified(string fields, int status, string problem)
    {
        var answer = await _server.PostAsync(Body, [.. Fill(fields).Split("\r\n"), $"Content-Length: {Body.Length}"]);

        answer.Status.Should().Be(status, answer.Text);
        if (status != 200)
        {
            answer.Text.Should().StartWith($"urn:perfkit:{problem} ").And.EndWith(".").And.Contain("-Digest");
            await _server.NothingIsLeft();
        }
    }

    [Theory]
    [InlineData("Content-Digest: sha-256=:{256}:", 200)]
    [InlineData("Repr-Digest: sha-512=:{512}:", 200)]
    [InlineData("Content-Digest: sha-256=:{other256}:", 400)]
    [InlineData("Repr-Digest: sha-512=:{other512}:", 400)]
    [InlineData("Repr-Digest: sha-512=nonsense", 400)]
    public async Task A_digest_in_a_trailer_is_verified(string trailer, int status)
    {
        var answer = await _server.PostAsync(
            $"5\r\nhello\r\n0\r\n{Fill(trailer)}\r\n\r\n",
            "Transfer-Encoding: chunked",
            "Trailer: content-digest, repr-digest"
        );

        answer.Status.Should().Be(status, answer.Text);
        if (status != 200)
        {
            await _server.NothingIsLeft();
        }
    }

    [Fact]
    public async Task A_malformed_digest_is_refused_before_the_body_is_sent()
    {
        var answer = await _server.PostAsync(
            "",
            "Expect: 100-continue",
            "Content-Length: 5",
            "Content-Digest: sha-256=5"
        );

        answer.Status.Should().Be(400, "and not 100 first");
    }

    [Fact]
    public async Task A_part_of_a_content_is_refused()
    {
        var answer = await _server.PostAsync(Body, "Content-Length: 5", "Content-Range: bytes 0-4/10");

        answer.Status.Should().Be(400);
        answer.Text.Should().StartWith("urn:perfkit:partial-put ");
    }

    private static string Fill(string text) =>
        text.Replace("{256}", Sha256)
            .Replace("{512}", Sha512)
            .Replace("{other256}", Other256)
            .Replace("{other512}", Other512);
}
