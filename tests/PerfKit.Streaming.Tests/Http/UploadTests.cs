using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using PerfKit.TestKit;

namespace PerfKit.Streaming.Tests.Http;

public sealed class UploadTests : IAsyncLifetime, IDisposable
{
    private const int MaxBytes = 40_000_000; // Above Kestrel's own default of 30,000,000.

    private readonly TempFolder _folder = new();
    private readonly TaskCompletionSource<Exception?> _outcome = new();
    private readonly TaskCompletionSource _begun = new();
    private LocalContentStore _store = null!;
    private ContentServer _server = null!;

    public async Task InitializeAsync()
    {
        _store = new LocalContentStore(new LocalContentStoreOptions { Root = _folder.Path, Durable = false });
        _server = await ContentServer.StartAsync(app => app.MapPost("/content", (Delegate)ReceiveAsync));
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0, false)]
    [InlineData(0, true)]
    [InlineData(1, false)]
    [InlineData(777_777, false)]
    [InlineData(777_777, true)]
    [InlineData(MaxBytes, false)]
    public async Task A_body_is_stored_under_its_hash(int length, bool chunked)
    {
        var bytes = TestBytes.Random(length);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/content")
        {
            Content = new ByteArrayContent(bytes),
        };
        request.Headers.TransferEncodingChunked = chunked;

        using var answer = await _server.Client.SendAsync(request);

        (await answer.Content.ReadAsStringAsync()).Should().Be($"{ContentHash.Compute(bytes)} {length}");
        (await _store.ReadAllAsync(ContentHash.Compute(bytes))).AsSpan().SequenceEqual(bytes).Should().BeTrue();
    }

    [Fact]
    public async Task An_announced_length_over_the_limit_is_refused_before_a_byte_is_sent()
    {
        using var socket = await _server.ConnectAsync();
        await socket.SendTextAsync(
            $"POST /content HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: {MaxBytes + 1}\r\n\r\n"
        );

        var answer = await socket.ReadAnswerAsync();

        answer.Status.Should().Be(413, "and not 100 first");
        await NothingIsLeft();
    }

    [Fact]
    public async Task A_chunked_body_over_the_limit_is_refused_when_it_passes_it()
    {
        using var body = new StreamContent(new RepeatingStream(MaxBytes + 1));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/content") { Content = body };
        request.Headers.TransferEncodingChunked = true;

        using var answer = await _server.Client.SendAsync(request);

        answer.StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
        (await _outcome.Task).Should().BeOfType<ContentTooLargeException>().Which.MaxBytes.Should().Be(MaxBytes);
        await NothingIsLeft();
    }

    [Theory]
    [InlineData("Content-Length: 1000000", false)]
    [InlineData("Content-Length: 1000000", true)]
    [InlineData("Transfer-Encoding: chunked", false)]
    [InlineData("Transfer-Encoding: chunked", true)]
    public async Task A_body_that_is_cut_leaves_nothing(string framing, bool reset)
    {
        var socket = await _server.ConnectAsync();
        var begun = framing.StartsWith('T') ? "F4240\r\n" : "";
        await socket.SendTextAsync($"POST /content HTTP/1.1\r\nHost: x\r\n{framing}\r\n\r\n{begun}only this much");
        await _begun.Task.WaitAsync(TimeSpan.FromSeconds(20));
        socket.LingerState = new LingerOption(enable: reset, seconds: 0);
        socket.Dispose();

        var outcome = await _outcome.Task.WaitAsync(TimeSpan.FromSeconds(20));

        (outcome is BadHttpRequestException or ContentTruncatedException or OperationCanceledException)
            .Should()
            .BeTrue($"it was {outcome}");
        await NothingIsLeft();
    }

    [Fact]
    public async Task A_body_shorter_than_its_length_said_is_truncated_also_on_servers_that_do_not_check()
    {
        var context = new DefaultHttpContext();
        context.Request.ContentLength = 10;
        context.Request.Body = new MemoryStream(new byte[9]);
        await using var writer = await _store.CreateWriterAsync();

        var receive = async () => await ContentUploads.ReceiveAsync(context.Request, writer, 100, default);

        (await receive.Should().ThrowAsync<ContentTruncatedException>().WithMessage("*after 9 of 10 bytes*"))
            .Which.DeclaredBytes.Should()
            .Be(10);
    }

    [Fact]
    public async Task A_malformed_chunk_is_the_clients_fault()
    {
        var answer = await _server.SendAsync("POST", "/content", "Transfer-Encoding: chunked", "", "xyz", "hello");

        answer.Status.Should().Be(400);
        await NothingIsLeft();
    }

    private async Task<IResult> ReceiveAsync(HttpContext context)
    {
        try
        {
            await using var writer = await _store.CreateWriterAsync();
            _begun.TrySetResult();
            var info = await ContentUploads.ReceiveAsync(context.Request, writer, MaxBytes, context.RequestAborted);
            await writer.CommitAsync(context.RequestAborted);
            return Results.Text($"{info.Hash} {info.Length}");
        }
        catch (ContentTooLargeException e)
        {
            _outcome.TrySetResult(e);
            return Results.StatusCode(413);
        }
        catch (Exception e)
        {
            _outcome.TrySetResult(e);
            throw;
        }
    }

    private async Task NothingIsLeft()
    {
        (await _store.ListAllAsync()).Should().BeEmpty();
        Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories).Should().BeEmpty();
    }
}
