using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;

namespace PerfKit.Streaming.Tests.Http;

/// <summary>Bodies that trickle. The clock is the test's; the socket is real.</summary>
public sealed class SlowUploadTests
{
    private static readonly ContentUploadPolicy Policy = new() { MaxBytes = 10_000_000, MinBytesPerSecond = 100 };

    private readonly FakeTimeProvider _clock = new();

    [Theory]
    [InlineData("Content-Length: 10000000", "x")]
    [InlineData("Transfer-Encoding: chunked", "1\r\nx\r\n")]
    public async Task One_byte_a_second_is_ended_with_a_sentence_and_leaves_nothing(string framing, string piece)
    {
        await using var server = await ReceivingServer.StartAsync(Policy, _clock);
        using var socket = await BeginAsync(server, framing);

        while (!server.Outcome.IsCompleted)
        {
            await socket.SendTextAsync(piece);
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        var answer = await ReceivingServer.ReadAnswerAsync(socket);
        answer.Status.Should().Be(408);
        answer.Text.Should().Contain("urn:perfkit:body-too-slow The body came too slowly").And.Contain("bytes so far");
        await server.NothingIsLeft();
    }

    [Fact]
    public async Task A_body_that_stalls_after_a_fast_begin_is_ended()
    {
        await using var server = await ReceivingServer.StartAsync(Policy, _clock);
        using var socket = await BeginAsync(server, "Content-Length: 10000000");
        await socket.SendTextAsync(new string('x', 900));

        while (!server.Outcome.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        (await server.Outcome).Should().BeOfType<ContentUploadException>().Which.StatusCode.Should().Be(408);
    }

    [Fact]
    public async Task A_policy_without_a_rate_waits_on()
    {
        await using var server = await ReceivingServer.StartAsync(Policy with { MinBytesPerSecond = 0 }, _clock);
        using var socket = await BeginAsync(server, "Content-Length: 4");
        await socket.SendTextAsync("abc");

        _clock.Advance(TimeSpan.FromHours(10));
        await socket.SendTextAsync("d");

        (await server.Outcome).Should().BeNull();
    }

    private static async Task<Socket> BeginAsync(ReceivingServer server, string framing)
    {
        var socket = await server.Server.ConnectAsync();
        await socket.SendTextAsync($"POST /content HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{framing}\r\n\r\n");
        await server.Begun;
        return socket;
    }
}
