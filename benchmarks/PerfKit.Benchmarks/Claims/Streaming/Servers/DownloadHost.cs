using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PerfKit.Streaming;

namespace PerfKit.Benchmarks.Claims.Streaming.Servers;

/// <summary>
/// The child that serves a <see cref="Corpus"/> on loopback until its input closes: <c>ours</c>, <c>peer</c>
/// (<c>Results.File</c>) and <c>bare</c> (the same bytes from memory), each of them <c>/side/hash</c> behind the same routing.
/// </summary>
internal static class DownloadHost
{
    private const string ContentType = "application/octet-stream";

    public static async Task<object?> RunAsync(string[] args)
    {
        var (root, connections) = (args[0], args[1]);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddPerfKitStreaming(o => o.Root = root);
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => Configure(listen, connections))
        );
        await using var app = builder.Build();
        await MapAsync(app, root);
        await app.StartAsync();

        Console.WriteLine($"ready {new Uri(app.Urls.Single()).Port} {Environment.ProcessId}");
        await Console.In.ReadToEndAsync();
        Environment.Exit(0); // Now, whatever is still being sent.
        return null;
    }

    private static void Configure(ListenOptions listen, string connections)
    {
        listen.Protocols = connections == ServerProcess.Http2 ? HttpProtocols.Http2 : HttpProtocols.Http1;
        _ = connections switch
        {
            ServerProcess.Direct => listen.UseDirectSending(),
            ServerProcess.Http2 => listen.UseHttps(MakeCertificate()),
            _ => listen,
        };
    }

    private static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var now = DateTimeOffset.UtcNow;
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }

    private static async Task MapAsync(WebApplication app, string root)
    {
        var store = app.Services.GetRequiredService<IContentStore>();
        var rows = new Dictionary<ContentHash, (long Length, string Path)>(); // What an application's database knows.
        await foreach (var content in store.ListAsync())
        {
            rows[content.Hash] = (content.Length, Path.Combine(root, Corpus.RelativePath(content.Hash)));
        }

        app.MapGet(
            "/ours/{hash}",
            (ContentHash hash) =>
                ContentResults.Stream(
                    new ContentDescription
                    {
                        Length = rows[hash].Length,
                        ETag = hash.ToString(),
                        ContentType = ContentType,
                    },
                    cancelled => store.OpenReadAsync(hash, cancelled)
                )
        );
        app.MapGet("/peer/{hash}", (ContentHash hash) => Results.File(rows[hash].Path, ContentType));
        var memory = await BareBodiesAsync(rows);
        app.MapGet("/bare/{hash}", (ContentHash hash, HttpContext context) => SendAsync(context, memory[hash]));
        app.MapGet(
            "/allocated",
            static () => GC.GetTotalAllocatedBytes(precise: true).ToString(CultureInfo.InvariantCulture)
        );
    }

    private static async Task<Dictionary<ContentHash, byte[]>> BareBodiesAsync(
        Dictionary<ContentHash, (long Length, string Path)> rows
    )
    {
        var bodies = new Dictionary<ContentHash, byte[]>();
        foreach (var (hash, (length, path)) in rows)
        {
            if (length <= 4096)
            {
                bodies[hash] = await File.ReadAllBytesAsync(path);
            }
        }

        return bodies;
    }

    private static async Task SendAsync(HttpContext context, byte[] body)
    {
        context.Response.ContentType = ContentType;
        context.Response.ContentLength = body.Length;
        await context.Response.BodyWriter.WriteAsync(body);
    }
}
