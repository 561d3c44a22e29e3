using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using PerfKit.TestKit;

namespace PerfKit.Streaming.Tests.Http;

/// <summary>The framework's own file results behind <c>UseContentSending</c>: the same answers, sent as contents are.</summary>
public sealed class ContentSendingTests : IDisposable
{
    private const int Length = 3_000_001;

    private readonly TempFolder _folder = new();
    private readonly byte[] _bytes = TestBytes.Random(Length);
    private readonly TransferMemory _memory = new(new TransferMemoryOptions { CapacityBytes = 1 << 20 });

    public ContentSendingTests() => File.WriteAllBytes(_folder.File("large.bin"), _bytes);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true, "/result", null, 0, Length)]
    [InlineData(false, "/result", null, 0, Length)]
    [InlineData(true, "/result", "bytes=1000000-2999999", 1_000_000, 2_000_000)]
    [InlineData(false, "/result", "bytes=-5", Length - 5, 5)]
    [InlineData(true, "/static/large.bin", null, 0, Length)]
    [InlineData(true, "/static/large.bin", "bytes=7-", 7, Length - 7)]
    [InlineData(true, "/send", null, 100, 200_000)]
    public async Task The_frameworks_answers_have_the_files_bytes(
        bool direct,
        string path,
        string? range,
        int offset,
        int length
    )
    {
        await using var server = await StartAsync(direct);
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Range", range ?? "none=0");

        using var answer = await server.Client.SendAsync(request);

        answer.StatusCode.Should().Be(range is null ? HttpStatusCode.OK : HttpStatusCode.PartialContent);
        (await answer.Content.ReadAsByteArrayAsync()).Should().Equal(_bytes[offset..(offset + length)]);
        _memory.UsedBytes.Should().Be(0);
    }

    [Fact]
    public async Task A_file_result_without_a_place_is_answered_503()
    {
        await using var server = await StartAsync(direct: true);
        var places = new List<TransferPlace>();
        while (_memory.TryReserve(out var place))
        {
            places.Add(place);
        }

        var answer = await server.SendAsync("GET", "/result");

        answer.Status.Should().Be(503);
        answer["Retry-After"].Should().Be("1");
        answer["Last-Modified"].Should().BeNull("it is the file's");
        answer.Text.Should().Contain("urn:perfkit:transfers-busy");
        places.ForEach(static place => place.Dispose());
    }

    [Fact]
    public async Task A_part_that_is_not_in_the_file_is_refused_before_anything_is_sent()
    {
        await using var server = await StartAsync(direct: true);

        (await server.SendAsync("GET", "/beyond")).Status.Should().Be(500);
    }

    private Task<ContentServer> StartAsync(bool direct) =>
        ContentServer.StartAsync(
            app =>
            {
                app.UseContentSending();
                app.UseStaticFiles(
                    new StaticFileOptions
                    {
                        FileProvider = new PhysicalFileProvider(_folder.Path),
                        RequestPath = "/static",
                    }
                );
                var path = _folder.File("large.bin");
                app.MapGet("/result", () => Results.File(path, enableRangeProcessing: true));
                app.MapGet("/send", context => context.Response.SendFileAsync(path, 100, 200_000));
                app.MapGet("/beyond", context => context.Response.SendFileAsync(path, Length - 1, 2));
            },
            configure: builder =>
            {
                builder.Services.AddSingleton(_memory);
                builder.WebHost.ConfigureKestrel(kestrel =>
                    kestrel.ConfigureEndpointDefaults(listen => _ = direct ? listen.UseDirectSending() : listen)
                );
            }
        );
}
