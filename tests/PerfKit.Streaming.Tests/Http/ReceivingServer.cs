using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using PerfKit.TestKit;

namespace PerfKit.Streaming.Tests.Http;

/// <summary>A server that stores what is posted to <c>/content</c> under a policy, and tells how each upload ended.</summary>
internal sealed class ReceivingServer : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly TaskCompletionSource<Exception?> _outcome = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ReceivingServer() =>
        Store = new LocalContentStore(new LocalContentStoreOptions { Root = _folder.Path, Durable = false });

    public LocalContentStore Store { get; }

    public ContentServer Server { get; private set; } = null!;

    /// <summary>How the first upload ended; null when it was committed.</summary>
    public Task<Exception?> Outcome => _outcome.Task.WaitAsync(TimeSpan.FromSeconds(30));

    /// <summary>Done when the first upload has a writer.</summary>
    public Task Begun => _begun.Task.WaitAsync(TimeSpan.FromSeconds(30));

    public static async Task<ReceivingServer> StartAsync(ContentUploadPolicy policy, TimeProvider? clock = null)
    {
        var receiving = new ReceivingServer();
        receiving.Server = await ContentServer.StartAsync(
            app => app.MapPost("/content", context => receiving.ReceiveAsync(context, policy)),
            clock
        );
        return receiving;
    }

    /// <summary>Sends a request written by hand, and reads the answer, not waiting for the close.</summary>
    public async Task<RawAnswer> PostAsync(string body, params string[] fields)
    {
        using var socket = await Server.ConnectAsync();
        var lines = string.Concat(fields.Select(field => field + "\r\n"));
        await socket.SendTextAsync($"POST /content HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{lines}\r\n{body}");
        return await ReadAnswerAsync(socket);
    }

    /// <summary>
    /// Reads one answer by its length. A server that refuses a body takes some more of it before it closes, or resets the connection.
    /// </summary>
    public static async Task<RawAnswer> ReadAnswerAsync(Socket socket)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var all = new MemoryStream();
        var buffer = new byte[4096];
        while (true)
        {
            var text = Encoding.Latin1.GetString(all.ToArray());
            if (text.Contains("\r\n\r\n", StringComparison.Ordinal))
            {
                var answer = RawAnswer.Parse(all.ToArray());
                if (answer.Body.Length == int.Parse(answer["Content-Length"]!))
                {
                    return answer;
                }
            }

            var read = await socket.ReceiveAsync(buffer, deadline.Token);
            read.Should().BePositive("an answer is owed");
            all.Write(buffer, 0, read);
        }
    }

    public async Task NothingIsLeft()
    {
        (await Store.ListAllAsync()).Should().BeEmpty();
        Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories).Should().BeEmpty();
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _folder.Dispose();
    }

    private async Task ReceiveAsync(HttpContext context, ContentUploadPolicy policy)
    {
        try
        {
            await using (var writer = await Store.CreateWriterAsync())
            {
                _begun.TrySetResult();
                var info = await ContentUploads.ReceiveAsync(context.Request, writer, policy, context.RequestAborted);
                await writer.CommitAsync(context.RequestAborted);
                await AnswerAsync(context, $"{info.Hash} {info.Length}");
            }

            _outcome.TrySetResult(null);
        }
        catch (ContentTooLargeException e)
        {
            context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
            _outcome.TrySetResult(e);
        }
        catch (ContentUploadException e)
        {
            context.Response.StatusCode = e.StatusCode;
            await AnswerAsync(context, $"{e.ProblemType} {e.Message}");
            _outcome.TrySetResult(e);
        }
        catch (Exception e)
        {
            _outcome.TrySetResult(e);
            throw;
        }
    }

    private static async Task AnswerAsync(HttpContext context, string text)
    {
        context.Response.ContentLength = text.Length;
        await context.Response.WriteAsync(text);
    }
}
