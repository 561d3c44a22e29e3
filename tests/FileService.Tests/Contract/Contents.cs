using System.Globalization;
using System.Text;
using FileService.Tests.Fixture;

namespace FileService.Tests.Contract;

/// <summary><c>GET</c> and <c>HEAD</c> of bytes, by id and by path: headers, ranges, conditions (RFC 9110).</summary>
public abstract class ContentContract(ServiceFixture fixture) : ContractSuite(fixture)
{
    private const string Text = "0123456789abcdefghijklmnopqrstuvwxyz";
    private static readonly string Tag = $"\"{ServiceCalls.Hash(Text)}\"";

    public static TheoryData<bool> ByIdOrPath => new() { true, false };

    [SkippableTheory]
    [MemberData(nameof(ByIdOrPath))]
    public async Task Get_answers_the_bytes_with_their_headers(bool byId)
    {
        using var response = await Client.GetAsync(await UrlAsync(byId));

        await response.ShouldBeAsync(200);
        (await response.Content.ReadAsStringAsync()).Should().Be(Text);
        response.Content.Headers.ContentLength.Should().Be(Text.Length);
        response.Content.Headers.ContentType!.MediaType.Should().Be("text/plain");
        response.Headers.ETag!.ToString().Should().Be(Tag);
        response.Headers.AcceptRanges.Should().Equal("bytes");
    }

    [SkippableTheory]
    [MemberData(nameof(ByIdOrPath))]
    public async Task Head_answers_the_headers_of_Get_without_the_bytes(bool byId)
    {
        var url = await UrlAsync(byId);
        using var get = await Client.GetAsync(url);

        using var head = await Client.SendAsync(HttpMethod.Head, url);

        await head.ShouldBeAsync(200);
        (await head.Content.ReadAsByteArrayAsync()).Should().BeEmpty();
        head.Content.Headers.ContentLength.Should().Be(Text.Length);
        Headers(head).Should().BeEquivalentTo(Headers(get));
    }

    [SkippableTheory]
    [InlineData("bytes=0-0", 0, 0)]
    [InlineData("bytes=10-19", 10, 19)]
    [InlineData("bytes=30-", 30, 35)]
    [InlineData("bytes=-5", 31, 35)]
    [InlineData("bytes=-1000", 0, 35)]
    [InlineData("bytes=20-99999999999", 20, 35)]
    public async Task Get_a_range_answers_206_with_just_these_bytes(string range, int from, int to)
    {
        foreach (var byId in new[] { true, false })
        {
            using var response = await Client.SendAsync(HttpMethod.Get, await UrlAsync(byId), ("Range", range));

            await response.ShouldBeAsync(206);
            (await response.Content.ReadAsStringAsync()).Should().Be(Text[from..(to + 1)]);
            response.Content.Headers.ContentRange!.ToString().Should().Be($"bytes {from}-{to}/36");
            response.Content.Headers.ContentLength.Should().Be(to - from + 1);
            response.Headers.ETag!.ToString().Should().Be(Tag);
        }
    }

    [SkippableTheory]
    [InlineData("bytes=36-")]
    [InlineData("bytes=100-200")]
    [InlineData("bytes=-0")]
    public async Task Get_a_range_beyond_the_end_answers_416_with_the_length(string range)
    {
        using var response = await Client.SendAsync(HttpMethod.Get, await UrlAsync(), ("Range", range));

        var problem = await response.ShouldBeProblemAsync(416);
        problem.Text("type").Should().Be("urn:perfkit:range-not-satisfiable");
        response.Content.Headers.ContentRange!.ToString().Should().Be("bytes */36");
    }

    [SkippableTheory]
    [InlineData("bytes=0-1,9-1")]
    [InlineData("bytes=9-1")]
    [InlineData("bytes=a-b")]
    [InlineData("bytes=")]
    [InlineData("bytes")]
    [InlineData("lines=1-2")]
    [InlineData("bytes=99999999999999999999-")]
    public async Task Get_with_malformed_ranges_answers_the_whole(string range)
    {
        using var response = await Client.SendAsync(HttpMethod.Get, await UrlAsync(), ("Range", range));

        // A first position beyond any number is well-formed, so 416 is as right as ignoring it.
        if (range == "bytes=99999999999999999999-" && (int)response.StatusCode == 416)
        {
            return;
        }

        await response.ShouldBeAsync(200);
        (await response.Content.ReadAsStringAsync()).Should().Be(Text);
    }

    [SkippableTheory]
    [InlineData("If-None-Match", "{tag}", 304)]
    [InlineData("If-None-Match", "W/{tag}", 304)]
    [InlineData("If-None-Match", "\"other\", {tag}", 304)]
    [InlineData("If-None-Match", "*", 304)]
    [InlineData("If-None-Match", "\"other\"", 200)]
    [InlineData("If-Match", "{tag}", 200)]
    [InlineData("If-Match", "*", 200)]
    [InlineData("If-Match", "\"other\"", 412)]
    [InlineData("If-Match", "W/{tag}", 412)]
    public async Task Get_under_a_condition_answers_as_the_tag_compares(string header, string value, int status)
    {
        value = value.Replace("{tag}", Tag, StringComparison.Ordinal);
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head })
        {
            using var response = await Client.SendAsync(method, await UrlAsync(), (header, value));

            ((int)response.StatusCode).Should().Be(status);
            if (status == 304)
            {
                response.Headers.ETag!.ToString().Should().Be(Tag);
                (await response.Content.ReadAsByteArrayAsync()).Should().BeEmpty();
            }
            else if (status == 412 && method == HttpMethod.Get)
            {
                await response.ShouldBeProblemAsync(412);
            }
        }
    }

    [SkippableTheory]
    [InlineData("{tag}", 206)]
    [InlineData("\"other\"", 200)]
    [InlineData("W/{tag}", 200)]
    public async Task Get_a_range_under_If_Range_answers_the_part_only_of_that_content(string value, int status)
    {
        value = value.Replace("{tag}", Tag, StringComparison.Ordinal);

        using var response = await Client.SendAsync(
            HttpMethod.Get,
            await UrlAsync(),
            ("Range", "bytes=1-3"),
            ("If-Range", value)
        );

        await response.ShouldBeAsync(status);
        (await response.Content.ReadAsStringAsync()).Should().Be(status == 206 ? "123" : Text);
    }

    [SkippableFact]
    public async Task Get_after_a_replacement_answers_the_new_bytes_at_once()
    {
        var workspace = await Client.NewWorkspaceAsync();
        var id = (await Client.UploadAsync(workspace, "a.txt", "version 0")).Text("id");

        for (var i = 1; i <= 20; i++)
        {
            var text = string.Create(CultureInfo.InvariantCulture, $"version {i}");
            await Client.UploadAsync(workspace, "a.txt", text);
            (await Client.GetStringAsync($"/files/{id}/content")).Should().Be(text);
        }
    }

    [SkippableFact]
    public async Task Get_a_file_of_three_megabytes_gives_every_byte_and_every_middle()
    {
        var workspace = await Client.NewWorkspaceAsync();
        var bytes = new byte[3 * 1024 * 1024 + 17];
        new Random(11).NextBytes(bytes);
        var url = $"/files/{(await Client.UploadAsync(workspace, "big.bin", bytes)).Text("id")}/content";

        using var part = await Client.SendAsync(HttpMethod.Get, url, ("Range", "bytes=1048570-2097160"));

        (await Client.GetByteArrayAsync(url)).Should().Equal(bytes);
        (await part.Content.ReadAsByteArrayAsync()).Should().Equal(bytes[1048570..2097161]);
    }

    private static Dictionary<string, string> Headers(HttpResponseMessage response) =>
        response
            .Headers.Concat(response.Content.Headers)
            .Where(h =>
                h.Key is not ("Date" or "Transfer-Encoding") && !h.Key.StartsWith("RateLimit", StringComparison.Ordinal)
            )
            .ToDictionary(h => h.Key, h => string.Join(",", h.Value));

    private async Task<string> UrlAsync(bool byId = true)
    {
        var workspace = await Client.NewWorkspaceAsync();
        var file = await Client.UploadAsync(workspace, "docs/a.txt", Encoding.UTF8.GetBytes(Text), "text/plain");
        return byId ? $"/files/{file.Text("id")}/content" : ServiceCalls.FileUrl(workspace.Id, "docs/a.txt");
    }
}

[Collection(OnSqlite.Name)]
public sealed class SqliteContents(SqliteService service) : ContentContract(service);

[Collection(OnPostgreSql.Name)]
public sealed class PostgreSqlContents(PostgreSqlService service) : ContentContract(service);
