using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using PerfKit.TestKit;

namespace PerfKit.Streaming.Tests.Http;

public sealed class DeliveryTests
{
    private static readonly ContentDescription Abc = new()
    {
        Length = 3,
        ETag = "t",
        ContentType = "text/plain",
        CacheControl = "immutable",
    };

    [Theory]
    [InlineData("bytes=0-", 256 * 1024)]
    [InlineData("bytes=0-199999", 200_000)]
    [InlineData("bytes=0-99999,200000-299999", 200_000)]
    public async Task A_reader_at_the_least_rate_has_the_time_that_a_block_takes(string range, int blockBytes)
    {
        var rate = new MinDataRate(1000, TimeSpan.FromSeconds(2));
        var granted = TimeSpan.Zero;
        await using var server = await ContentServer.StartAsync(app =>
        {
            app.Use(
                async (context, next) =>
                {
                    var feature = context.Features.GetRequiredFeature<IHttpMinResponseDataRateFeature>();
                    feature.MinDataRate = rate;
                    await next(context);
                    granted = feature.MinDataRate!.GracePeriod;
                }
            );
            app.MapGet(
                "/content",
                () => ContentResults.Stream(Described, _ => new(ContentReader.FromMemory(new byte[1 << 20])))
            );
        });

        await server.SendAsync("GET", "/content", $"Range: {range}");

        granted.TotalSeconds.Should().BeInRange(blockBytes / 1000.0, (blockBytes / 1000.0) + 1);
    }

    [Fact]
    public async Task Stream_of_a_content_that_is_missing_is_a_problem_before_the_headers()
    {
        await using var server = await ContentServer.StartAsync(Abc, () => null);

        var answer = await server.SendAsync("GET", "/content");

        answer.Status.Should().Be(500);
        answer["Content-Type"].Should().Be("application/problem+json");
        answer.Text.Should().Contain("\"type\":\"urn:perfkit:content-missing\"");
        answer.Fields.Keys.Should().NotContain(["ETag", "Cache-Control", "Content-Range"]);
    }

    [Fact]
    public async Task Stream_of_a_content_of_another_length_is_a_problem_that_names_both()
    {
        await using var server = await ContentServer.StartAsync(Abc, () => ContentReader.FromMemory(new byte[2]));

        var answer = await server.SendAsync("GET", "/content");

        answer.Status.Should().Be(500);
        answer
            .Text.Should()
            .Contain("urn:perfkit:content-missing")
            .And.Contain("should have 3 bytes; its store holds 2");
    }

    [Fact]
    public async Task Stream_of_a_content_that_ends_early_breaks_the_connection()
    {
        var what = Abc with { Length = 3 * ContentReader.BlockBytes };
        var reader = new EndlessReader(what.Length.Value) { EndsAt = ContentReader.BlockBytes };
        await using var server = await ContentServer.StartAsync(what, () => reader);

        var get = () => server.Client.GetByteArrayAsync("/content");

        await get.Should().ThrowAsync<HttpRequestException>();
        reader.Disposed.Should().BeTrue();
    }

    [Fact]
    public async Task Stream_to_a_reader_that_leaves_stops_reading_within_a_few_blocks()
    {
        var what = Abc with { Length = 100L << 30 };
        var reader = new EndlessReader(what.Length.Value);
        await using var server = await ContentServer.StartAsync(what, () => reader);
        using (var socket = await server.ConnectAsync())
        {
            await socket.SendTextAsync("GET /content HTTP/1.1\r\nHost: x\r\n\r\n");
            await socket.ReceiveAsync(new byte[64 * 1024]);
        }

        await reader.WhenDisposed.WaitAsync(TimeSpan.FromSeconds(20));

        reader.BytesRead.Should().BeLessThan(256L << 20, "100 GiB were promised, and socket buffers hold a few MB");
    }

    [Fact]
    public async Task Stream_when_open_fails_answers_500_and_not_a_half_answer()
    {
        await using var server = await ContentServer.StartAsync(Abc, () => throw new IOException("the disk is gone"));

        (await server.SendAsync("GET", "/content")).Status.Should().Be(500);
    }

    [Theory]
    [InlineData("report.pdf", false, "inline; filename=\"report.pdf\"")]
    [InlineData("report.pdf", true, "attachment; filename=\"report.pdf\"")]
    [InlineData(null, true, "attachment")]
    [InlineData(null, false, null)]
    [InlineData(
        "a\r\nSet-Cookie: x=1",
        true,
        "attachment; filename=\"a__Set-Cookie_ x=1\"; filename*=UTF-8''a__Set-Cookie%3A%20x%3D1"
    )]
    [InlineData("a\".exe", true, "attachment; filename=\"a_.exe\"; filename*=UTF-8''a%22.exe")]
    [InlineData("../../etc/passwd", true, "attachment; filename=\".._.._etc_passwd\"")]
    [InlineData("c:\\x%41", true, "attachment; filename=\"c__x_41\"; filename*=UTF-8''c%3A_x%2541")]
    [InlineData(
        "naïve 文.txt",
        true,
        "attachment; filename=\"na_ve _.txt\"; filename*=UTF-8''na%C3%AFve%20%E6%96%87.txt"
    )]
    [InlineData("gpj.\u202eexe", true, "attachment; filename=\"gpj._exe\"")]
    public async Task File_names_of_any_text_end_in_one_safe_field(string? name, bool attachment, string? expected)
    {
        await using var server = await ContentServer.StartAsync(
            Abc with
            {
                FileName = name,
                Attachment = attachment,
            },
            () => ContentReader.FromMemory("abc"u8.ToArray())
        );

        var answer = await server.SendAsync("GET", "/content");

        answer.Text.Should().Be("abc");
        answer["Content-Disposition"].Should().Be(expected);
        answer["Set-Cookie"].Should().BeNull();
    }

    [Fact]
    public async Task A_file_name_with_half_a_surrogate_pair_is_coded_without_it()
    {
        await using var server = await ContentServer.StartAsync(
            Abc with
            {
                FileName = "a\ud83d.txt",
            },
            () => ContentReader.FromMemory("abc"u8.ToArray())
        );

        (await server.SendAsync("GET", "/content"))["Content-Disposition"]
            .Should()
            .Be("inline; filename=\"a_.txt\"; filename*=UTF-8''a%EF%BF%BD.txt");
    }

    [Fact]
    public async Task A_file_name_of_any_length_is_bounded()
    {
        var name = new string('x', 254) + "\ud83d\ude00" + new string('y', 10_000);
        await using var server = await ContentServer.StartAsync(
            Abc with
            {
                FileName = name,
            },
            () => ContentReader.FromMemory("abc"u8.ToArray())
        );

        (await server.SendAsync("GET", "/content"))["Content-Disposition"]
            .Should()
            .Be($"inline; filename=\"{name[..254]}\"");
    }

    [Theory]
    [InlineData("a\"b", "text/plain", null, "ETag")]
    [InlineData("a b", "text/plain", null, "ETag")]
    [InlineData("t", "text/plain\r\nX: y", null, "ContentType")]
    [InlineData("t", "text/plain", "no-store\nX: y", "CacheControl")]
    public void Stream_with_what_cannot_stand_in_a_field_is_refused_by_name(
        string tag,
        string type,
        string? cacheControl,
        string named
    )
    {
        var what = new ContentDescription
        {
            Length = 1,
            ETag = tag,
            ContentType = type,
            CacheControl = cacheControl,
        };

        var stream = () => ContentResults.Stream(what, _ => default);

        stream.Should().Throw<ArgumentException>().WithMessage($"*ContentDescription.{named} holds*");
    }

    [Fact]
    public async Task A_range_far_behind_4_GiB_of_a_sparse_file_is_right()
    {
        using var folder = new TempFolder();
        var store = new LocalContentStore(new LocalContentStoreOptions { Root = folder.Path });
        var hash = ContentHash.Compute("sparse"u8); // The store trusts names, so a hole of 6 GiB may stand here.
        const long length = 6L << 30;
        Directory.CreateDirectory(folder.File($"{hash}"[..2]));
        await using (var file = File.Create(folder.File(Path.Combine($"{hash}"[..2], $"{hash}"[2..]))))
        {
            file.SetLength(length);
            file.Position = (5L << 30) - 2;
            await file.WriteAsync("middle"u8.ToArray());
        }

        var what = Abc with { Length = length };
        await using var server = await ContentServer.StartAsync(app =>
            app.MapGet("/content", () => ContentResults.Stream(what, cancelled => store.OpenReadAsync(hash, cancelled)))
        );

        var answer = await server.SendAsync("GET", "/content", "Range: bytes=5368709118-5368709123");
        var last = await server.SendAsync("GET", "/content", "Range: bytes=-1");

        answer.Text.Should().Be("middle");
        answer["Content-Range"].Should().Be("bytes 5368709118-5368709123/6442450944");
        last["Content-Range"].Should().Be("bytes 6442450943-6442450943/6442450944");
        last.Body.Should().Equal(0);
    }

    [Fact]
    public async Task Answers_are_counted_by_status()
    {
        var statuses = new System.Collections.Concurrent.ConcurrentBag<object?>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument is { Meter.Name: "PerfKit.Streaming.AspNetCore", Name: "perfkit.content.responses" })
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => statuses.Add(tags[0].Value));
        listener.Start();
        await using var server = await ContentServer.StartAsync(
            Abc,
            () => ContentReader.FromMemory(Encoding.ASCII.GetBytes("abc"))
        );

        await server.SendAsync("GET", "/content", "Range: bytes=1-1");

        statuses.Should().Contain(206);
    }

    private static ContentDescription Described { get; } =
        new()
        {
            Length = 1 << 20,
            ETag = "block",
            ContentType = "text/plain",
        };
}
