using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace PerfKit.Streaming.Tests.Http;

/// <summary>A server all of whose transfer memory is taken: an answer at once, and the next request is served.</summary>
public sealed class BusyTests
{
    private readonly TransferMemory _memory = new(new TransferMemoryOptions { CapacityBytes = 1 << 20 });

    [Fact]
    public async Task Downloads_and_uploads_without_a_place_are_refused_with_503_until_one_is_free()
    {
        await using var server = await ContentServer.StartAsync(
            Map,
            configure: builder => builder.Services.AddSingleton(_memory)
        );
        var places = new List<TransferPlace>();
        while (_memory.TryReserve(out var place))
        {
            places.Add(place);
        }

        var download = await server.SendAsync("GET", "/content");
        var upload = await server.SendAsync("POST", "/content", "Content-Length: 0");
        var head = await server.SendAsync("HEAD", "/content");
        places.ForEach(static place => place.Dispose());
        var later = await server.SendAsync("GET", "/content");

        download.Status.Should().Be(503);
        download["Retry-After"].Should().Be("1");
        download.Text.Should().Contain("urn:perfkit:transfers-busy");
        upload.Text.Should().Contain("503 urn:perfkit:transfers-busy");
        head.Status.Should().Be(200, "it sends no bytes");
        later.Status.Should().Be(200);
        later.Text.Should().Be("hello");
        _memory.UsedBytes.Should().Be(0);
    }

    private static void Map(WebApplication app)
    {
        var what = new ContentDescription
        {
            Length = 5,
            ETag = "t",
            ContentType = "text/plain",
        };
        app.MapMethods(
            "/content",
            ["GET", "HEAD"],
            () => ContentResults.Stream(what, _ => new(ContentReader.FromMemory("hello"u8.ToArray())))
        );
        app.MapPost("/content", ReceiveAsync);
    }

    private static async Task<string> ReceiveAsync(HttpRequest request)
    {
        await using var writer = await new MemoryContentStore().CreateWriterAsync();
        try
        {
            await ContentUploads.ReceiveAsync(request, writer, maxBytes: 10);
            return "taken";
        }
        catch (ContentUploadException e)
        {
            return $"{e.StatusCode} {e.ProblemType}";
        }
    }
}
