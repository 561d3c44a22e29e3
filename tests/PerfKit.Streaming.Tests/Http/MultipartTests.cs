using System.Globalization;
using CsCheck;

namespace PerfKit.Streaming.Tests.Http;

/// <summary>RFC 9110, 14.6 and 15.3.7.2: several ranges in one answer.</summary>
public sealed class MultipartTests(Book book) : IClassFixture<Book>
{
    [Theory]
    [InlineData("bytes=0-99,5000-5099", "0-99,5000-5099")]
    [InlineData("bytes=5000-5099,0-99", "5000-5099,0-99")]
    [InlineData("bytes=0-0,-1", "0-0,9999-9999")]
    [InlineData("bytes=9000-,-10,0-9", "9000-9999,0-9")]
    [InlineData("bytes=0-9,90-99", "0-9,90-99")]
    [InlineData("bytes=0-9,89-99,1000-1009", "0-99,1000-1009")]
    [InlineData("bytes=4000-4009,0-9,4005-4100,20-29", "4000-4100,0-29")]
    [InlineData("bytes=0-9,20000-,500-509,-0", "0-9,500-509")]
    public async Task Parts_come_in_the_order_of_the_field_joined_where_they_nearly_touch(string range, string parts)
    {
        var answer = await book.Server.SendAsync("GET", "/content", $"Range: {range}");

        answer.Status.Should().Be(206);
        answer["Content-Range"].Should().BeNull();
        answer["Content-Length"].Should().Be($"{answer.Body.Length}");
        var read = Multipart.Read(answer);
        read.Select(part => part.Fields["Content-Range"])
            .Should()
            .Equal(parts.Split(',').Select(part => $"bytes {part}/{Book.Length}"));
        foreach (var (part, asked) in read.Zip(parts.Split(',')))
        {
            var ends = asked.Split('-').Select(int.Parse).ToArray();
            part.Fields["Content-Type"].Should().Be("text/plain; charset=utf-8");
            part.Body.Should().Equal(book.Bytes[ends[0]..(ends[1] + 1)]);
        }
    }

    [Fact]
    public async Task A_multipart_answer_says_what_the_whole_would_say()
    {
        var whole = await book.Server.SendAsync("GET", "/content");

        var answer = await book.Server.SendAsync("GET", "/content", "Range: bytes=0-0,-1");

        foreach (var field in new[] { "ETag", "Last-Modified", "Cache-Control", "Repr-Digest", "Accept-Ranges" })
        {
            answer[field].Should().Be(whole[field]).And.NotBeNull();
        }
    }

    [Fact]
    public async Task Every_answer_has_a_boundary_of_its_own()
    {
        var first = await book.Server.SendAsync("GET", "/content", "Range: bytes=0-0,-1");
        var second = await book.Server.SendAsync("GET", "/content", "Range: bytes=0-0,-1");

        first["Content-Type"].Should().NotBe(second["Content-Type"]);
    }

    [Theory]
    [InlineData(16, 206)]
    [InlineData(17, 200)]
    public async Task More_than_16_parts_are_the_whole(int count, int status)
    {
        var answer = await book.Server.SendAsync("GET", "/content", $"Range: {Ranges(count, step: 500)}");

        answer.Status.Should().Be(status);
    }

    [Theory]
    [InlineData(64, 206)]
    [InlineData(65, 200)]
    [InlineData(3_000, 200)]
    public async Task More_than_64_ranges_are_the_whole_even_when_one_part_would_do(int count, int status)
    {
        var answer = await book.Server.SendAsync("GET", "/content", $"Range: {Ranges(count, step: 1)}");

        answer.Status.Should().Be(status);
        answer.Body.Should().HaveCount(status == 206 ? count : Book.Length);
    }

    [Fact]
    public async Task A_part_larger_than_a_block_and_a_part_of_one_byte_are_exact()
    {
        var bytes = TestBytes.Random((2 * ContentReader.BlockBytes) + 500);
        var what = new ContentDescription
        {
            Length = bytes.Length,
            ETag = "big",
            ContentType = "application/octet-stream",
        };
        await using var server = await ContentServer.StartAsync(what, () => ContentReader.FromMemory(bytes));

        var answer = await server.SendAsync("GET", "/content", $"Range: bytes=200-{bytes.Length - 1},0-0");

        answer["Content-Length"].Should().Be($"{answer.Body.Length}");
        var parts = Multipart.Read(answer);
        parts[0].Body.AsSpan().SequenceEqual(bytes.AsSpan(200)).Should().BeTrue();
        parts[1].Body.Should().Equal(bytes[0]);
    }

    [Fact]
    public void Any_set_of_ranges_gives_each_asked_byte_once_and_none_that_lies_far_from_them() =>
        Gen.Select(Gen.Int[0, 1100], Gen.Int[0, 1100])
            .Array[2, 12]
            .Sample(
                pairs =>
                {
                    const int length = 1000;
                    var asked = pairs.Select(p => (From: Math.Min(p.Item1, p.Item2), To: Math.Max(p.Item1, p.Item2)));
                    var set = Internal.RangeSet.Parse(
                        $"bytes={string.Join(',', asked.Select(p => $"{p.From}-{p.To}"))}",
                        length
                    );
                    var wanted = asked
                        .SelectMany(p => Enumerable.Range(p.From, p.To - p.From + 1))
                        .Where(i => i < length)
                        .ToHashSet();
                    var given = set.Kind switch
                    {
                        Internal.RangeKind.Whole => Enumerable.Range(0, length).ToList(),
                        Internal.RangeKind.Single => Positions(set.Single),
                        Internal.RangeKind.Several => set.Several!.SelectMany(Positions).ToList(),
                        _ => [],
                    };
                    return given.Distinct().Count() == given.Count
                        && wanted.IsSubsetOf(given)
                        && wanted.Count > 0 == given.Count > 0
                        && (
                            set.Kind == Internal.RangeKind.Whole
                            || given.All(i => wanted.Any(w => Math.Abs(w - i) < 80))
                        );
                },
                iter: 2_000
            );

    private static List<int> Positions(Internal.ByteRange range) =>
        Enumerable.Range((int)range.Offset, (int)range.Length).ToList();

    private static string Ranges(int count, int step) =>
        "bytes="
        + string.Join(
            ',',
            Enumerable
                .Range(0, count)
                .Select(i => string.Create(CultureInfo.InvariantCulture, $"{i * step}-{i * step}"))
        );
}
