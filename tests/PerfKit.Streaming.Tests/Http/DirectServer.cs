using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PerfKit.TestKit;

namespace PerfKit.Streaming.Tests.Http;

/// <summary>
/// A real Kestrel with direct sending: <c>/file/n</c> sends n bytes from a store, <c>/text</c> a few bytes by Kestrel alone, and
/// <c>/chunked</c> many without a length.
/// </summary>
internal sealed class DirectServer : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Dictionary<long, (ContentHash Hash, byte[] Bytes)> _files = [];
    private readonly LocalContentStore _store;
    private int _running;

    private DirectServer()
    {
        _store = new LocalContentStore(new LocalContentStoreOptions { Root = _folder.Path });
    }

    public WebApplication App { get; private set; } = null!;

    public int Port { get; private set; }

    public HttpClient Client { get; } = new();

    /// <summary>Requests for files that have begun and not ended.</summary>
    public int Running => Volatile.Read(ref _running);

    public byte[] Bytes(long length) => _files[length].Bytes;

    public string Path(long length) =>
        System.IO.Path.Combine(_folder.Path, $"{_files[length].Hash}"[..2], $"{_files[length].Hash}"[2..]);

    public static async Task<DirectServer> StartAsync(
        int[] lengths,
        Action<ListenOptions>? listen = null,
        Action<WebApplication>? configure = null,
        Action<KestrelServerLimits>? limit = null
    )
    {
        var server = new DirectServer();
        foreach (var length in lengths)
        {
            var bytes = TestBytes.Random(length, seed: length);
            server._files[length] = ((await server._store.PutAsync(bytes)).Hash, bytes);
        }

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel =>
        {
            limit?.Invoke(kestrel.Limits);
            kestrel.Listen(IPAddress.Loopback, 0, listen ?? (static options => options.UseDirectSending()));
        });
        builder.Services.AddSingleton(new TransferMemory());
        server.App = builder.Build();
        configure?.Invoke(server.App);
        server.Map();
        await server.App.StartAsync();
        server.Port = new Uri(server.App.Urls.First()).Port;
        server.Client.BaseAddress = new Uri($"http://127.0.0.1:{server.Port}");
        return server;
    }

    public async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, Port);
        return socket;
    }

    /// <summary>Waits until no request for a file is running; fails the test when one hangs.</summary>
    public async Task WhenIdleAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (Running > 0)
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>This process's descriptors of the contents' files.</summary>
    public int OpenFiles() =>
        Directory
            .EnumerateFileSystemEntries("/proc/self/fd")
            .Count(name => new FileInfo(name).LinkTarget?.StartsWith(_folder.Path, StringComparison.Ordinal) == true);

    /// <summary>Sockets on the server's port that a process still has open.</summary>
    public int OpenSockets() =>
        File.ReadLines("/proc/net/tcp")
            .Skip(1)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Count(columns => columns[1].EndsWith($":{Port:X4}", StringComparison.Ordinal) && columns[9] != "0");

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.DisposeAsync();
        _folder.Dispose();
    }

    private void Map()
    {
        App.MapMethods(
            "/file/{length:long}",
            ["GET", "HEAD"],
            async (long length, HttpContext context) =>
            {
                Interlocked.Increment(ref _running);
                try
                {
                    var what = new ContentDescription
                    {
                        Length = length,
                        ETag = "t",
                        ContentType = "application/octet-stream",
                    };
                    await ContentResults
                        .Stream(what, cancelled => _store.OpenReadAsync(_files[length].Hash, cancelled))
                        .ExecuteAsync(context);
                }
                finally
                {
                    Interlocked.Decrement(ref _running);
                }
            }
        );
        App.MapGet("/text", () => "text");
        App.MapGet(
            "/chunked",
            async (HttpContext context) =>
            {
                for (var i = 0; i < 200; i++)
                {
                    await context.Response.WriteAsync(new string((char)('a' + i % 26), 5000));
                }
            }
        );
    }
}
