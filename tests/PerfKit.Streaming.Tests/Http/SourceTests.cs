using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using PerfKit.TestKit;

namespace PerfKit.Streaming.Tests.Http;

/// <summary>Files, stores and controllers as the places contents come from.</summary>
public sealed class SourceTests : IDisposable
{
    private static readonly DateTimeOffset Written = new(2026, 1, 2, 12, 0, 0, 100, TimeSpan.Zero);
    private static readonly ContentDescription Text = new() { ContentType = "text/plain" };

    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _clock = new(Written.AddDays(1));

    private string Path => _folder.File("file.txt");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_file_tells_its_length_date_and_tag()
    {
        await using var server = await ServeFileAsync("abc", Written);

        var answer = await server.SendAsync("GET", "/content");
        var part = await server.SendAsync("GET", "/content", "Range: bytes=1-", $"If-Range: {answer["ETag"]}");
        var same = await server.SendAsync("GET", "/content", $"If-None-Match: {answer["ETag"]}");

        (answer.Status, answer.Text, answer["Content-Length"]).Should().Be((200, "abc", "3"));
        answer["Last-Modified"].Should().Be(Article.Date);
        answer["ETag"].Should().StartWith("\"");
        (part.Status, part.Text).Should().Be((206, "bc"));
        same.Status.Should().Be(304);
    }

    [Fact]
    public async Task A_file_rewritten_within_its_second_with_the_same_length_has_another_tag()
    {
        await using var server = await ServeFileAsync("abc", Written);
        var first = await server.SendAsync("GET", "/content");

        Write("xyz", Written.AddMilliseconds(1));
        var second = await server.SendAsync("GET", "/content", $"If-None-Match: {first["ETag"]}");

        (second.Status, second.Text).Should().Be((200, "xyz"));
        second["Last-Modified"].Should().Be(first["Last-Modified"], "a date in seconds cannot tell");
    }

    [Fact]
    public async Task A_file_just_written_has_a_weak_tag_that_is_never_seen_again()
    {
        _clock.SetUtcNow(Written.AddDays(1));
        await using var server = await ServeFileAsync("abc", Written.AddDays(1).AddSeconds(-3));
        var fresh = await server.SendAsync("GET", "/content");
        var part = await server.SendAsync("GET", "/content", "Range: bytes=1-", $"If-Range: {fresh["ETag"]}");

        _clock.Advance(TimeSpan.FromMilliseconds(1));
        var settled = await server.SendAsync("GET", "/content", $"If-None-Match: {fresh["ETag"]}");

        fresh["ETag"].Should().StartWith("W/\"");
        part.Status.Should().Be(200, "a weak tag resumes nothing");
        settled.Status.Should().Be(200, "the bytes may have changed unseen");
        settled["ETag"].Should().StartWith("\"");
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    public async Task A_file_that_is_not_there_is_404(string method)
    {
        await using var server = await ServeFileAsync("abc", Written);
        File.Delete(Path);

        var answer = await server.SendAsync(method, "/content", "If-None-Match: *");

        answer.Status.Should().Be(404);
        answer["Content-Type"].Should().Be("application/problem+json");
    }

    [Fact]
    public async Task A_file_cut_during_a_send_breaks_the_connection()
    {
        await using var server = await ServeFileAsync("", Written);
        using (var file = File.OpenWrite(Path))
        {
            file.SetLength(1L << 30);
        }

        var read = async () =>
        {
            using var answer = await server.Client.GetAsync("/content", HttpCompletionOption.ResponseHeadersRead);
            await using var body = await answer.Content.ReadAsStreamAsync();
            await body.ReadExactlyAsync(new byte[100]);
            using (var file = File.OpenWrite(Path))
            {
                file.SetLength(1000);
            }

            await body.CopyToAsync(Stream.Null);
        };

        await read.Should().ThrowAsync<IOException>();
    }

    [Fact]
    public async Task Anothers_file_is_held_open_by_no_answer()
    {
        await using var server = await ServeFileAsync("abc", Written);

        await server.SendAsync("GET", "/content");
        await server.SendAsync("HEAD", "/content");
        await server.SendAsync("GET", "/content", "If-None-Match: *");

        using var alone = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.None);
        alone.Length.Should().Be(3);
    }

    [Theory]
    [InlineData(null, 404)]
    [InlineData(3L, 500)]
    public async Task A_store_without_the_content_is_404_or_500_when_it_was_described(long? length, int status)
    {
        var store = new MemoryContentStore();
        var what = Text with { Sha256 = ContentHash.Compute("abc"u8), Length = length };
        await using var server = await ContentServer.StartAsync(app =>
            app.MapGet("/content", () => ContentResults.Stream(what, store))
        );

        (await server.SendAsync("GET", "/content")).Status.Should().Be(status);
    }

    [Fact]
    public async Task A_store_gives_a_content_by_its_hash_alone()
    {
        var store = new MemoryContentStore();
        var info = await store.PutAsync("abc"u8.ToArray());
        await using var server = await ContentServer.StartAsync(app =>
            app.MapMethods(
                "/content",
                ["GET", "HEAD"],
                () => ContentResults.Stream(Text with { Sha256 = info.Hash }, store)
            )
        );

        var answer = await server.SendAsync("GET", "/content");
        var head = await server.SendAsync("HEAD", "/content");

        answer.Text.Should().Be("abc");
        answer["ETag"].Should().Be($"\"{info.Hash}\"");
        head["Content-Length"].Should().Be("3");
    }

    [Fact]
    public void A_content_that_nothing_names_is_refused()
    {
        var byDelegate = () => ContentResults.Stream(Text with { Length = 3 }, _ => default);
        var byStore = () => ContentResults.Stream(Text with { ETag = "v1" }, new MemoryContentStore());

        byDelegate.Should().Throw<ArgumentException>().WithMessage("*ETag*Sha256*");
        byStore.Should().Throw<ArgumentException>().WithMessage("*Sha256*");
    }

    [Fact]
    public async Task A_controllers_action_may_return_it()
    {
        await using var server = await ContentServer.StartAsync(
            app => app.MapControllers(),
            configure: builder =>
                builder.Services.AddControllers().AddApplicationPart(typeof(LettersController).Assembly)
        );

        var answer = await server.SendAsync("GET", "/letters", "Range: bytes=-1");

        (answer.Status, answer.Text).Should().Be((206, "c"));
    }

    [Fact]
    public async Task An_endpoint_that_returns_it_describes_its_answers()
    {
        IReadOnlyList<Endpoint> endpoints = [];
        await using var server = await ContentServer.StartAsync(app =>
        {
            app.MapGet("/content", () => ContentResults.File(Text, Path));
            endpoints = ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints).ToList();
        });

        endpoints
            .Single()
            .Metadata.GetOrderedMetadata<IProducesResponseTypeMetadata>()
            .Select(produced => produced.StatusCode)
            .Should()
            .Equal(200, 206, 304, 404, 412, 416, 503);
    }

    [Fact]
    public void A_result_says_what_it_is_before_it_is_sent()
    {
        var result = ContentResults.File(Text with { FileName = "a.txt", Attachment = true }, Path);

        (result.ContentType, result.FileDownloadName).Should().Be(("text/plain", "a.txt"));
    }

    private async Task<ContentServer> ServeFileAsync(string text, DateTimeOffset written)
    {
        Write(text, written);
        return await ContentServer.StartAsync(
            app => app.MapMethods("/content", ["GET", "HEAD"], () => ContentResults.File(Text, Path)),
            _clock
        );
    }

    private void Write(string text, DateTimeOffset written)
    {
        File.WriteAllText(Path, text);
        File.SetLastWriteTimeUtc(Path, written.UtcDateTime);
    }
}

[ApiController]
public sealed class LettersController : ControllerBase
{
    [HttpGet("/letters")]
    public IResult Get() =>
        ContentResults.Stream(
            new ContentDescription
            {
                Length = 3,
                ETag = "v1",
                ContentType = "text/plain",
            },
            _ => new(ContentReader.FromMemory("abc"u8.ToArray()))
        );
}
