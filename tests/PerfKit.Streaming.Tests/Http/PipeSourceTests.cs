using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace PerfKit.Streaming.Tests.Http;

/// <summary>A pipe as the content of an answer: whole, once, and never left open.</summary>
public sealed class PipeSourceTests
{
    private static readonly ContentDescription Text = new() { ContentType = "text/plain", ETag = "v1" };

    private readonly CountedPipe _pipe = new();

    [Fact]
    public async Task A_pipe_of_unknown_length_is_sent_in_chunks_to_its_end()
    {
        var bytes = TestBytes.Random(777_777);
        await using var server = await StartAsync(Text);
        var writing = WriteAsync(bytes);

        using var answer = await server.Client.GetAsync("/content");

        (await answer.Content.ReadAsByteArrayAsync()).AsSpan().SequenceEqual(bytes).Should().BeTrue();
        answer.Headers.TransferEncodingChunked.Should().BeTrue();
        answer.Headers.AcceptRanges.Should().BeEmpty();
        await writing;
        _pipe.Completions.Should().Be(1);
    }

    [Fact]
    public async Task A_pipe_has_no_ranges()
    {
        await using var server = await StartAsync(Text with { Length = 3 });
        var writing = WriteAsync("abc"u8.ToArray());

        var answer = await server.SendAsync("GET", "/content", "Range: bytes=0-0", "Want-Content-Digest: sha-256=1");

        (answer.Status, answer.Text).Should().Be((200, "abc"));
        answer["Content-Length"].Should().Be("3");
        await writing;
    }

    [Theory]
    [InlineData("HEAD", "Accept: */*", 200)]
    [InlineData("GET", "If-None-Match: \"v1\"", 304)]
    [InlineData("GET", "If-Match: \"v2\"", 412)]
    public async Task A_pipe_that_is_not_sent_is_completed_all_the_same(string method, string field, int status)
    {
        await using var server = await StartAsync(Text);
        var writing = _pipe.WriteForeverAsync();

        (await server.SendAsync(method, "/content", field)).Status.Should().Be(status);

        await writing.WaitAsync(TimeSpan.FromSeconds(20));
        _pipe.Completions.Should().Be(1);
    }

    [Fact]
    public async Task A_pipe_that_finds_no_memory_for_its_transfer_is_completed_and_answered_503()
    {
        var memory = new TransferMemory();
        while (memory.TryReserve(out _)) { }

        await using var server = await ContentServer.StartAsync(
            Map(Text),
            configure: builder => builder.Services.AddSingleton(memory)
        );

        var answer = await server.SendAsync("GET", "/content");

        (answer.Status, answer["Retry-After"]).Should().Be((503, "1"));
        answer["ETag"].Should().BeNull();
        answer.Text.Should().Contain("urn:perfkit:transfers-busy");
        _pipe.Completions.Should().Be(1);
    }

    [Fact]
    public async Task A_reader_that_leaves_ends_the_pipe()
    {
        await using var server = await StartAsync(Text);
        var writing = _pipe.WriteForeverAsync();
        using (var socket = await server.ConnectAsync())
        {
            await socket.SendTextAsync("GET /content HTTP/1.1\r\nHost: x\r\n\r\n");
            await socket.ReceiveAsync(new byte[64 * 1024]);
        }

        await writing.WaitAsync(TimeSpan.FromSeconds(20));
        _pipe.Completions.Should().Be(1);
    }

    [Fact]
    public async Task A_reader_that_leaves_a_silent_pipe_ends_it()
    {
        await using var server = await StartAsync(Text);
        using (var socket = await server.ConnectAsync())
        {
            await socket.SendTextAsync("GET /content HTTP/1.1\r\nHost: x\r\n\r\n");
            await _pipe.Writer.WriteAsync("begun"u8.ToArray());
            await socket.ReceiveAsync(new byte[64 * 1024]);
        }

        await _pipe.WriteForeverAsync().WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData(10L, true)]
    [InlineData(10L, false)]
    public async Task A_pipe_that_fails_or_ends_early_breaks_the_connection(long? length, bool fails)
    {
        await using var server = await StartAsync(Text with { Length = length });
        await _pipe.Writer.WriteAsync("abc"u8.ToArray());
        await _pipe.Writer.CompleteAsync(fails ? new IOException("the source is gone") : null);

        var get = () => server.Client.GetByteArrayAsync("/content");

        await get.Should().ThrowAsync<HttpRequestException>();
        _pipe.Completions.Should().Be(1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_wanted_digest_of_a_pipe_follows_it_as_a_trailer_over_HTTP_2(bool takesTrailers)
    {
        var bytes = TestBytes.Random(300_000);
        await using var server = await ContentServer.StartAsync(
            Map(Text),
            configure: builder =>
                builder.WebHost.ConfigureKestrel(kestrel =>
                    kestrel.ConfigureEndpointDefaults(listen => listen.Protocols = HttpProtocols.Http2)
                )
        );
        var writing = WriteAsync(bytes);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/content")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.Add("Want-Content-Digest", "sha-256=1");
        request.Headers.Add("Want-Repr-Digest", "sha-256=1");
        if (takesTrailers)
        {
            request.Headers.TE.ParseAdd("trailers");
        }

        using var answer = await server.Client.SendAsync(request);
        var received = await answer.Content.ReadAsByteArrayAsync();

        received.AsSpan().SequenceEqual(bytes).Should().BeTrue();
        var digest = $"sha-256=:{Convert.ToBase64String(SHA256.HashData(bytes))}:";
        foreach (var field in new[] { "Content-Digest", "Repr-Digest" })
        {
            answer.TrailingHeaders.TryGetValues(field, out var values).Should().Be(takesTrailers);
            (values?.Single()).Should().Be(takesTrailers ? digest : null);
        }

        await writing;
    }

    private static Action<WebApplication> MapPipe(ContentDescription what, CountedPipe pipe) =>
        app => app.MapMethods("/content", ["GET", "HEAD"], () => ContentResults.Stream(what, pipe));

    private Action<WebApplication> Map(ContentDescription what) => MapPipe(what, _pipe);

    private Task<ContentServer> StartAsync(ContentDescription what) => ContentServer.StartAsync(Map(what));

    private async Task WriteAsync(byte[] bytes)
    {
        await _pipe.Writer.WriteAsync(bytes);
        await _pipe.Writer.CompleteAsync();
    }
}
