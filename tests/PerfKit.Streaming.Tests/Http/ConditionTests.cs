using Microsoft.Extensions.Time.Testing;

namespace PerfKit.Streaming.Tests.Http;

/// <summary>RFC 9110, 13: conditions and their order, over a real connection.</summary>
public sealed class ConditionTests(Article article) : IClassFixture<Article>
{
    public static TheoryData<string[], int> Table { get; } =
        new()
        {
            { [], 200 },
            { ["If-None-Match: \"v1\""], 304 },
            { ["If-None-Match: W/\"v1\""], 304 },
            { ["If-None-Match: *"], 304 },
            { ["If-None-Match: \"v0\", W/\"x,y\" , \"v1\""], 304 },
            { ["If-None-Match: \"v0\"", "If-None-Match: \"v1\""], 304 },
            { ["If-None-Match: ,, \"v1\""], 304 },
            { ["If-None-Match: \"v0\""], 200 },
            { ["If-None-Match: \"V1\""], 200 },
            { ["If-None-Match: v1"], 200 },
            { ["If-None-Match: \"v0,\"v1\""], 200 },
            { [$"If-Modified-Since: {Article.Date}"], 304 },
            { [$"If-Modified-Since: {Article.Later}"], 304 },
            { ["If-Modified-Since: Fri Jan  2 12:00:00 2026"], 304 },
            { [$"If-Modified-Since: {Article.Earlier}"], 200 },
            { ["If-Modified-Since: soon"], 200 },
            { ["If-None-Match: \"v0\"", $"If-Modified-Since: {Article.Date}"], 200 },
            { ["If-None-Match: \"v1\"", $"If-Modified-Since: {Article.Earlier}"], 304 },
            { ["If-Match: \"v1\""], 200 },
            { ["If-Match: *"], 200 },
            { ["If-Match: \"v0\", \"v1\""], 200 },
            { ["If-Match: \"v0\""], 412 },
            { ["If-Match: W/\"v1\""], 412 },
            { ["If-Match: v1"], 412 },
            { ["If-Match:"], 412 },
            { [$"If-Unmodified-Since: {Article.Date}"], 200 },
            { [$"If-Unmodified-Since: {Article.Later}"], 200 },
            { [$"If-Unmodified-Since: {Article.Earlier}"], 412 },
            { ["If-Unmodified-Since: once"], 200 },
            { ["If-Match: \"v1\"", $"If-Unmodified-Since: {Article.Earlier}"], 200 },
            { ["If-Match: \"v0\"", "If-None-Match: \"v1\""], 412 },
            { ["If-Match: \"v1\"", "If-None-Match: \"v1\""], 304 },
            { ["Range: bytes=0-4", "If-None-Match: \"v1\""], 304 },
            { ["Range: bytes=99-", "If-None-Match: \"v1\""], 304 },
            { ["Range: bytes=99-", "If-Match: \"v0\""], 412 },
            { ["Range: bytes=0-4", "If-Match: \"v1\""], 206 },
            { [$"If-Range: \"v0\""], 200 },
        };

    [Theory]
    [MemberData(nameof(Table))]
    public async Task GET_answers_conditions_in_the_order_of_the_rfc(string[] fields, int status)
    {
        var answer = await article.Server.SendAsync("GET", "/content", fields);

        answer.Status.Should().Be(status);
    }

    [Theory]
    [MemberData(nameof(Table))]
    public async Task HEAD_answers_as_GET_without_a_body_and_without_ranges(string[] fields, int status)
    {
        var opened = article.Opened;

        var answer = await article.Server.SendAsync("HEAD", "/content", fields);

        answer.Status.Should().Be(status == 206 ? 200 : status);
        answer.Body.Should().BeEmpty();
        article.Opened.Should().Be(opened);
        if (answer.Status == 200)
        {
            answer["Content-Length"].Should().Be("26");
            answer["Accept-Ranges"].Should().Be("bytes");
        }
    }

    [Fact]
    public async Task A_304_carries_the_validators_and_opens_nothing()
    {
        var opened = article.Opened;

        var answer = await article.Server.SendAsync("GET", "/content", "If-None-Match: \"v1\"");

        answer["ETag"].Should().Be("\"v1\"");
        answer["Cache-Control"].Should().Be("private, max-age=60");
        answer.Fields.Keys.Should().NotContain(["Content-Length", "Content-Type", "Last-Modified"]);
        article.Opened.Should().Be(opened);
    }

    [Theory]
    [InlineData("If-Match: \"v0\"", "If-Match")]
    [InlineData("If-Unmodified-Since: " + Article.Earlier, "If-Unmodified-Since")]
    public async Task A_412_is_a_problem_that_names_the_field(string field, string named)
    {
        var answer = await article.Server.SendAsync("GET", "/content", field);

        answer["Content-Type"].Should().Be("application/problem+json");
        answer.Text.Should().Contain("urn:perfkit:precondition-failed").And.Contain($"\"parameter\":\"{named}\"");
        answer["ETag"].Should().Be("\"v1\"");
    }

    [Fact]
    public async Task If_None_Match_of_the_current_content_fails_other_methods_with_412()
    {
        var answer = await article.Server.SendAsync("POST", "/content", "If-None-Match: \"v1\"", "Content-Length: 0");

        answer.Status.Should().Be(412);
    }

    [Fact]
    public async Task A_date_of_this_very_second_proves_nothing_to_If_Range_and_none_lies_in_the_future()
    {
        var now = new DateTimeOffset(2026, 1, 2, 12, 0, 0, 500, TimeSpan.Zero);
        var what = new ContentDescription
        {
            Length = 3,
            ETag = "v1",
            ContentType = "text/plain",
            LastModified = now.AddHours(1),
        };
        await using var server = await ContentServer.StartAsync(
            what,
            () => ContentReader.FromMemory("abc"u8.ToArray()),
            new FakeTimeProvider(now)
        );

        var answer = await server.SendAsync("GET", "/content", "Range: bytes=0-0", $"If-Range: {Article.Date}");

        answer["Last-Modified"].Should().Be(Article.Date);
        answer.Status.Should().Be(200);
    }

    [Fact]
    public async Task Without_a_date_the_date_conditions_are_ignored()
    {
        var what = new ContentDescription
        {
            Length = 3,
            ETag = "v1",
            ContentType = "text/plain",
        };
        await using var server = await ContentServer.StartAsync(
            what,
            () => ContentReader.FromMemory("abc"u8.ToArray())
        );

        var answer = await server.SendAsync(
            "GET",
            "/content",
            $"If-Modified-Since: {Article.Later}",
            $"If-Unmodified-Since: {Article.Earlier}"
        );

        answer.Status.Should().Be(200);
        answer["Last-Modified"].Should().BeNull();
    }
}
