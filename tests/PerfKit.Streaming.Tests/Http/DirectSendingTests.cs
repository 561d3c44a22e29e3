using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace PerfKit.Streaming.Tests.Http;

public sealed class DirectSendingTests
{
    private const int Large = 20 << 20;

    [Fact]
    public async Task Answers_of_all_sizes_are_the_contents_bytes_on_one_connection()
    {
        int[] lengths = [0, 1, 4096, 65535, 65536, 65537, 1 << 20, (1 << 20) + 1, Large];
        await using var server = await DirectServer.StartAsync(lengths);

        foreach (var length in lengths)
        {
            (await server.Client.GetByteArrayAsync($"/file/{length}"))
                .AsSpan()
                .SequenceEqual(server.Bytes(length))
                .Should()
                .BeTrue($"the content of {length} bytes was asked for");
            (await server.Client.GetStringAsync("/text")).Should().Be("text");
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 70_000)]
    [InlineData(65_535, 3_000_001)]
    [InlineData(Large - 100_001, Large - 1)]
    public async Task A_range_begins_and_ends_on_its_bytes(int first, int last)
    {
        await using var server = await DirectServer.StartAsync([Large]);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/file/{Large}");
        request.Headers.Range = new RangeHeaderValue(first, last);

        using var answer = await server.Client.SendAsync(request);

        answer.StatusCode.Should().Be(HttpStatusCode.PartialContent);
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        bytes.AsSpan().SequenceEqual(server.Bytes(Large).AsSpan(first..(last + 1))).Should().BeTrue();
    }

    [Fact]
    public async Task Pipelined_requests_of_all_kinds_are_answered_in_their_order()
    {
        await using var server = await DirectServer.StartAsync([200_000, 1000]);
        string[] requests =
        [
            "GET /file/200000",
            "GET /text",
            "HEAD /file/200000",
            "GET /chunked",
            "GET /file/1000",
            "GET /file/200000",
            "GET /none",
        ];
        using var socket = await server.ConnectAsync();

        await socket.SendTextAsync(
            string.Concat(requests.Select(line => $"{line} HTTP/1.1\r\nHost: x\r\n\r\n"))
                + "GET /text HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        );
        var all = await ReadAllAsync(socket);

        var text = Encoding.Latin1.GetString(all);
        text.Split("HTTP/1.1 ")
            .Skip(1)
            .Select(answer => answer[..3])
            .Should()
            .Equal("200", "200", "200", "200", "200", "200", "404", "200");
        var file = Encoding.Latin1.GetString(server.Bytes(200_000));
        Count(text, "\r\n\r\n" + file).Should().Be(2);
        Count(text, "\r\n\r\n" + Encoding.Latin1.GetString(server.Bytes(1000)) + "HTTP/1.1").Should().Be(1);
        Count(text, "\r\n0\r\n\r\nHTTP/1.1").Should().Be(2, "both chunked answers have their ends");
        text.Should().EndWith("text\r\n0\r\n\r\n");
    }

    [Fact]
    public async Task A_slow_reader_gets_every_byte()
    {
        await using var server = await DirectServer.StartAsync([Large]);
        using var socket = await server.ConnectAsync();
        await socket.SendTextAsync($"GET /file/{Large} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        var all = await ReadAllAsync(socket, bufferBytes: 3001);

        all.AsSpan(all.Length - Large).SequenceEqual(server.Bytes(Large)).Should().BeTrue();
    }

    [Fact]
    public async Task A_file_that_is_truncated_on_its_way_breaks_the_connection()
    {
        await using var server = await DirectServer.StartAsync([Large]);
        using var socket = await server.ConnectAsync();
        await socket.SendTextAsync($"GET /file/{Large} HTTP/1.1\r\nHost: x\r\n\r\n");
        await socket.ReceiveAsync(new byte[1]);

        using (var file = File.OpenWrite(server.Path(Large)))
        {
            file.SetLength(Large - (1 << 20));
        }

        var received = 1 + (await ReadAllAsync(socket)).Length; // The end of the connection, not of the answer.
        received.Should().BeLessThan(Large);
        await server.WhenIdleAsync();
    }

    [Fact]
    public async Task A_server_that_stops_in_the_middle_ends_the_connection_and_the_request()
    {
        await using var server = await DirectServer.StartAsync([Large]);
        using var socket = await server.ConnectAsync();
        await socket.SendTextAsync($"GET /file/{Large} HTTP/1.1\r\nHost: x\r\n\r\n");
        await socket.ReceiveAsync(new byte[1]);

        using var now = new CancellationTokenSource();
        now.Cancel();
        await server.App.StopAsync(now.Token);

        await server.WhenIdleAsync();
        (await ReadAllAsync(socket)).Length.Should().BeLessThan(Large);
    }

    [Fact]
    public async Task A_reader_that_stalls_is_ended_by_the_least_data_rate()
    {
        await using var server = await DirectServer.StartAsync(
            [Large],
            limit: static limits =>
                limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 1 << 20, TimeSpan.FromSeconds(1.1))
        );
        using var socket = await server.ConnectAsync();
        await socket.SendTextAsync($"GET /file/{Large} HTTP/1.1\r\nHost: x\r\n\r\n");
        await socket.ReceiveAsync(new byte[1]);

        await server.WhenIdleAsync();

        (await ReadAllAsync(socket)).Length.Should().BeLessThan(Large);
    }

    [Fact]
    public async Task Two_thousand_readers_that_leave_at_any_moment_leave_nothing_behind()
    {
        await using var server = await DirectServer.StartAsync([Large, 100_000]);
        await server.Client.GetByteArrayAsync("/file/100000");
        await Parallel.ForAsync(
            0,
            2000,
            new ParallelOptions { MaxDegreeOfParallelism = 64 },
            async (seed, _) =>
            {
                var random = new Random(seed);
                using var socket = await server.ConnectAsync();
                socket.LingerState = new LingerOption(random.Next(2) == 0, 0);
                var length = random.Next(4) == 0 ? 100_000 : Large;
                await socket.SendTextAsync($"GET /file/{length} HTTP/1.1\r\nHost: x\r\n\r\n");
                var buffer = new byte[16 * 1024];
                for (var i = random.Next(length == Large ? 20 : 6); i > 0; i--) // Never more than there is.
                {
                    await socket.ReceiveAsync(buffer);
                }
            }
        );

        await server.WhenIdleAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (server.OpenSockets() > 2 || server.OpenFiles() > 0) // The listener and the client's.
        {
            limit.Token.ThrowIfCancellationRequested(); // Kestrel closes a socket a moment after its request.
            await Task.Yield();
        }

        (await server.Client.GetByteArrayAsync("/file/100000")).Should().HaveCount(100_000);
        TransferBytes(server).Should().Be(0);
    }

    [Fact]
    public async Task An_answer_that_middleware_compresses_is_not_sent_from_the_file()
    {
        await using var server = await DirectServer.StartAsync(
            [300_000],
            configure: static app =>
                app.Use(
                    async (context, next) =>
                    {
                        var body = context.Response.Body;
                        using var copy = new MemoryStream();
                        context.Response.Body = copy;
                        await next(context);
                        var bytes = copy.ToArray();
                        Array.Reverse(bytes);
                        await body.WriteAsync(bytes);
                    }
                )
        );

        var reversed = await server.Client.GetByteArrayAsync("/file/300000");

        Array.Reverse(reversed);
        reversed.AsSpan().SequenceEqual(server.Bytes(300_000)).Should().BeTrue();
    }

    [Theory]
    [InlineData(HttpProtocols.Http2, false)]
    [InlineData(HttpProtocols.Http1, true)]
    public async Task Endpoints_with_http2_or_connection_middleware_are_served_as_before(
        HttpProtocols protocols,
        bool logs
    )
    {
        await using var server = await DirectServer.StartAsync(
            [Large, 1000],
            listen =>
            {
                listen.Protocols = protocols;
                listen.UseDirectSending();
                if (logs)
                {
                    listen.UseConnectionLogging();
                }
            }
        );
        var version = protocols == HttpProtocols.Http2 ? HttpVersion.Version20 : HttpVersion.Version11;

        var bodies = await Task.WhenAll(
            Enumerable.Range(0, 6).Select(i => GetAsync(server, i % 2 == 0 ? Large : 1000, version))
        );

        bodies.Should().OnlyContain(static same => same);
    }

    private static async Task<bool> GetAsync(DirectServer server, int length, Version version)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/file/{length}")
        {
            Version = version,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using var answer = await server.Client.SendAsync(request);
        return (await answer.Content.ReadAsByteArrayAsync()).AsSpan().SequenceEqual(server.Bytes(length));
    }

    private static long TransferBytes(DirectServer server) =>
        ((TransferMemory)server.App.Services.GetService(typeof(TransferMemory))!).UsedBytes;

    private static int Count(string text, string part)
    {
        var count = 0;
        for (var at = 0; (at = text.IndexOf(part, at, StringComparison.Ordinal)) >= 0; at += part.Length)
        {
            count++;
        }

        return count;
    }

    /// <summary>Everything until the connection ends, in whatever way.</summary>
    private static async Task<byte[]> ReadAllAsync(Socket socket, int bufferBytes = 64 * 1024)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var all = new MemoryStream();
        var buffer = new byte[bufferBytes];
        try
        {
            for (int read; (read = await socket.ReceiveAsync(buffer, deadline.Token)) > 0; )
            {
                all.Write(buffer, 0, read);
            }
        }
        catch (SocketException)
        {
            // A reset is an end too.
        }

        return all.ToArray();
    }
}
