using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace PerfKit.Streaming.Tests.Http;

/// <summary>A real Kestrel on a free loopback port, with the endpoints a test maps.</summary>
internal sealed class ContentServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ContentServer(WebApplication app)
    {
        _app = app;
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        Address = new Uri(addresses.Addresses.First());
        Client = new HttpClient { BaseAddress = Address };
    }

    public Uri Address { get; }

    public HttpClient Client { get; }

    public static async Task<ContentServer> StartAsync(
        Action<WebApplication> map,
        TimeProvider? clock = null,
        Action<WebApplicationBuilder>? configure = null
    )
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        configure?.Invoke(builder);
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddSingleton(clock ?? TimeProvider.System);
        var app = builder.Build();
        map(app);
        await app.StartAsync();
        return new ContentServer(app);
    }

    /// <summary>Serves one content at <c>/content</c>.</summary>
    public static Task<ContentServer> StartAsync(
        ContentDescription what,
        Func<ContentReader?> open,
        TimeProvider? clock = null
    ) =>
        StartAsync(
            app =>
                app.MapMethods(
                    "/content",
                    ["GET", "HEAD", "POST"],
                    () => ContentResults.Stream(what, _ => new(open()))
                ),
            clock
        );

    /// <summary>Sends a request written by hand, and reads the answer until the server closes.</summary>
    public async Task<RawAnswer> SendAsync(string method, string path, params string[] fields)
    {
        using var socket = await ConnectAsync();
        var lines = string.Concat(fields.Select(field => field + "\r\n"));
        await socket.SendTextAsync($"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{lines}\r\n");
        return await socket.ReadAnswerAsync();
    }

    public async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, Address.Port);
        return socket;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}
