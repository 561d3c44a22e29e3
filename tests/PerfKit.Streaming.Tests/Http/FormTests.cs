using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace PerfKit.Streaming.Tests.Http;

/// <summary>Multipart forms (RFC 7578), well-behaved and naughty.</summary>
public sealed class FormTests
{
    private const string Boundary = "bound-ary";

    private static readonly ContentUploadPolicy Policy = new() { MaxBytes = 100 << 20 };

    /// <summary>Three parts whose bytes look like the delimiter in every way but the last.</summary>
    private static readonly (string Name, string? FileName, string Body)[] Tricky =
    [
        ("a", null, "plain"),
        ("b", "b.bin", "\r\n--bound-ar\r\n--bound-arX\r\r\n-\r\n--\r\n--bound-\r\n\r\n--bound-ar"),
        ("c", "c.bin", ""),
        ("d", "d.bin", "\r"),
    ];

    [Fact]
    public async Task A_form_cut_anywhere_into_segments_gives_the_same_parts()
    {
        var form = "preamble\r\n" + Form(Tricky) + "\r\nepilogue";
        foreach (var segmentBytes in new[] { 1, 2, 3, 7, 64, 10_000 })
        {
            for (var firstBytes = 1; firstBytes <= form.Length; firstBytes++)
            {
                var parts = await ReadAsync(form, Policy, firstBytes, segmentBytes);

                parts.Should().Equal(Tricky, $"cut at {firstBytes}, then each {segmentBytes}");
            }
        }
    }

    [Fact]
    public async Task A_form_cut_short_anywhere_is_truncated_and_never_whole()
    {
        var form = Form(Tricky);
        for (var length = Boundary.Length + 2; length < form.Length - 2; length++) // Without the line's end it is whole.
        {
            var read = () => ReadAsync(form[..length], Policy, firstBytes: 5, segmentBytes: 5);

            await read.Should().ThrowAsync<ContentTruncatedException>($"it ended at byte {length}");
        }
    }

    [Theory]
    [InlineData("a.txt", "a.txt")]
    [InlineData("../../etc/passwd", "passwd")]
    [InlineData(@"C:\pictures\photo.jpg", "photo.jpg")]
    [InlineData(@"..\..\", "_")]
    [InlineData("..", "_")]
    [InlineData(".", "_")]
    [InlineData("a/..", "_")]
    [InlineData("", "_")]
    [InlineData("tab\there", "tab_here")]
    [InlineData("%0D%0AX-Injected: 1", "%0D%0AX-Injected_ 1")]
    [InlineData("gif\u202egpj.exe", "gif_gpj.exe")]
    [InlineData("nul.txt. . ", "nul.txt")]
    [InlineData("größe, π.txt", "größe, π.txt")]
    [InlineData("a:b*c?d<e>f|g.txt", "a_b_c_d_e_f_g.txt")]
    public async Task A_file_name_is_safe_in_any_folder(string sent, string expected)
    {
        var parts = await ReadAsync(Form(("f", sent, "x")), Policy);

        parts.Should().ContainSingle().Which.FileName.Should().Be(expected);
    }

    public static TheoryData<string, string> Malformed() =>
        new()
        {
            { "no boundary at all", "boundary is not in the first 16 KB" },
            { $"--{Boundary}x\r\n\r\n\r\n--{Boundary}--", "followed by something else" },
            { $"--{Boundary}\r\nContent-Type: text/plain\r\n\r\nx\r\n--{Boundary}--", "no Content-Disposition" },
            { $"--{Boundary}\r\nContent-Disposition: attachment; name=a\r\n\r\nx\r\n--{Boundary}--", "form-data" },
            { $"--{Boundary}\r\nContent-Disposition: form-data\r\n\r\nx\r\n--{Boundary}--", "with a name" },
            { $"--{Boundary}\r\nnonsense\r\n\r\nx\r\n--{Boundary}--", "no field" },
            { $"--{Boundary}\r\n: x\r\n\r\nx\r\n--{Boundary}--", "no field" },
            { $"--{Boundary}\r\n{Field("a")}\r\n folded: x\r\n\r\nx\r\n--{Boundary}--", "no field" },
            { $"--{Boundary}\r\n{Field("a")}\nInjected: x\r\n\r\nx\r\n--{Boundary}--", "no field" },
            { $"--{Boundary}\r\n{Field("a")}\r\n{Field("b")}\r\n\r\nx\r\n--{Boundary}--", "two Content-Disposition" },
            { $"--{Boundary}\r\nX: {new string('x', 17_000)}\r\n\r\nx\r\n--{Boundary}--", "longer than 16 KB" },
            { $"{new string('x', 17_000)}\r\n--{Boundary}--", "not in the first 16 KB" },
        };

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task A_malformed_form_is_refused_with_a_sentence(string form, string sentence)
    {
        var read = () => ReadAsync(form, Policy, firstBytes: 1000, segmentBytes: 1000);

        var refused = await read.Should().ThrowAsync<ContentUploadException>();
        refused.Which.ProblemType.Should().Be("urn:perfkit:form-malformed");
        refused.Which.StatusCode.Should().Be(400);
        refused.Which.Message.Should().Contain(sentence).And.EndWith(".");
    }

    [Fact]
    public async Task Parts_are_counted()
    {
        var form = Form([.. Enumerable.Range(0, 10_000).Select(i => ($"f{i}", (string?)null, $"{i}"))]);

        var read = () => ReadAsync(form, Policy with { MaxParts = 9_999 });

        (await ReadAsync(form, Policy with { MaxParts = 10_000 })).Should().HaveCount(10_000);
        (await read.Should().ThrowAsync<ContentUploadException>().WithMessage("*9999 parts*"))
            .Which.StatusCode.Should()
            .Be(413);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("multipart/mixed; boundary=x")]
    [InlineData("multipart/form-data")]
    [InlineData("multipart/form-data; boundary=")]
    [InlineData(
        "multipart/form-data; boundary=a123456789b123456789c123456789d123456789e123456789f123456789g123456789h"
    )]
    [InlineData(null)]
    public async Task What_is_no_form_is_refused_with_415(string? contentType)
    {
        var read = () => ReadAsync("", Policy, contentType: contentType);

        (await read.Should().ThrowAsync<ContentUploadException>()).Which.StatusCode.Should().Be(415);
    }

    [Fact]
    public async Task A_field_longer_than_allowed_is_refused_by_name()
    {
        var context = ContextOf(Form(("story", null, new string('x', 101))), int.MaxValue, int.MaxValue);

        var read = async () =>
        {
            await foreach (var part in ContentUploads.ReadPartsAsync(context.Request, Policy))
            {
                await part.ReadTextAsync(maxBytes: 100);
            }
        };

        await read.Should().ThrowAsync<ContentUploadException>().WithMessage("*'story' is longer than the 100 bytes*");
    }

    [Fact]
    public async Task A_form_over_the_limit_or_with_another_digest_gives_no_end()
    {
        var form = Form(("a", "a", "hello"));
        var tooLong = () => ReadAsync(form, Policy with { MaxBytes = form.Length - 1 });
        var context = ContextOf(form, int.MaxValue, int.MaxValue);
        context.Request.Headers["Content-Digest"] = $"sha-256=:{Convert.ToBase64String(new byte[32])}:";
        var other = () => ReadAsync(context, Policy);
        var same = ContextOf(form, 7, 7);
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(form));
        same.Request.Headers["Content-Digest"] = $"sha-256=:{Convert.ToBase64String(digest)}:";

        await tooLong.Should().ThrowAsync<ContentTooLargeException>();
        (await other.Should().ThrowAsync<ContentUploadException>())
            .Which.ProblemType.Should()
            .Be("urn:perfkit:digest-mismatch");
        (await ReadAsync(same, Policy)).Should().HaveCount(1);
    }

    [Fact]
    public async Task Files_and_fields_of_a_real_client_are_stored_and_what_is_not_wanted_is_passed_over()
    {
        var store = new MemoryContentStore();
        await using var server = await ContentServer.StartAsync(app =>
            app.MapPost("/form", context => TakeAsync(context, store))
        );
        var bytes = TestBytes.Random(3_000_000);
        using var unwanted = new ByteArrayContent(TestBytes.Random(500_000, seed: 2));
        using var file = new ByteArrayContent(bytes);
        using var title = new StringContent("größer");
        using var form = new MultipartFormDataContent
        {
            { unwanted, "unwanted", "x" },
            { title, "title" },
            { file, "file", "größe.bin" },
        };

        using var answer = await server.Client.PostAsync("/form", form);

        (await answer.Content.ReadAsStringAsync()).Should().Be($"größer größe.bin {ContentHash.Compute(bytes)}");
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        (await store.ListAllAsync()).Should().ContainSingle();
    }

    private static async Task TakeAsync(HttpContext context, MemoryContentStore store)
    {
        var said = "";
        await using var writer = await store.CreateWriterAsync();
        await foreach (var part in ContentUploads.ReadPartsAsync(context.Request, Policy, context.RequestAborted))
        {
            switch (part.Name)
            {
                case "title":
                    said += await part.ReadTextAsync(1000);
                    break;
                case "file":
                    var info = await part.Body.CopyToAsync(writer, Policy.MaxBytes);
                    said += $" {part.FileName} {info.Hash}";
                    break;
            }
        }

        await writer.CommitAsync();
        await context.Response.WriteAsync(said);
    }

    private static string Field(string name) => $"Content-Disposition: form-data; name=\"{name}\"";

    private static string Form(params (string Name, string? FileName, string Body)[] parts)
    {
        var form = new StringBuilder();
        foreach (var (name, fileName, body) in parts)
        {
            form.Append($"--{Boundary}\r\n{Field(name)}");
            form.Append(fileName is null ? "" : $"; filename=\"{fileName}\"");
            form.Append($"\r\n\r\n{body}\r\n");
        }

        return form.Append($"--{Boundary}--\r\n").ToString();
    }

    private static DefaultHttpContext ContextOf(string form, int firstBytes, int segmentBytes)
    {
        var context = new DefaultHttpContext();
        context.Request.ContentType = $"multipart/form-data; boundary={Boundary}";
        var body = new SegmentedBody(Encoding.UTF8.GetBytes(form), firstBytes, segmentBytes);
        context.Features.Set<IRequestBodyPipeFeature>(body);
        return context;
    }

    private static Task<List<(string Name, string? FileName, string Body)>> ReadAsync(
        string form,
        ContentUploadPolicy policy,
        int firstBytes = 4096,
        int segmentBytes = 4096,
        string? contentType = $"multipart/form-data; boundary={Boundary}"
    )
    {
        var context = ContextOf(form, firstBytes, segmentBytes);
        context.Request.ContentType = contentType;
        return ReadAsync(context, policy);
    }

    private static async Task<List<(string Name, string? FileName, string Body)>> ReadAsync(
        HttpContext context,
        ContentUploadPolicy policy
    )
    {
        var parts = new List<(string, string?, string)>();
        await foreach (var part in ContentUploads.ReadPartsAsync(context.Request, policy))
        {
            if (part.FileName is null)
            {
                parts.Add((part.Name, null, await part.ReadTextAsync(1000)));
                continue;
            }

            await using var writer = new RecordingWriter();
            await part.Body.CopyToAsync(writer, maxBytes: 1_000_000);
            parts.Add((part.Name, part.FileName, Encoding.UTF8.GetString(writer.Stored.ToArray())));
        }

        return parts;
    }
}
