using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PerfKit.Streaming;

namespace PerfKit.Benchmarks.Claims.Streaming.Uploads;

/// <summary>
/// The child that takes uploads on loopback until its input closes: <c>/form</c> and <c>/body</c> into a content store,
/// <c>/peer</c> as the documentation of <see cref="IFormFile"/> shows. Each answers the path of the file that it made.
/// </summary>
internal static class UploadHost
{
    private const long MaxBytes = 1L << 30;

    public static async Task<object?> RunAsync(string[] args)
    {
        var (root, isDurable) = (args[0], args[1] == "durable");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddPerfKitStreaming(o => (o.Root, o.Durable) = (root, isDurable));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = MaxBytes;
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        await using var app = builder.Build();
        var store = app.Services.GetRequiredService<IContentStore>();
        app.MapPost("/body", (HttpRequest request) => TakeBodyAsync(request, store, root));
        app.MapPost("/form", (HttpRequest request) => TakeFormAsync(request, store, root));
        app.MapPost("/peer", (IFormFile file) => TakeFileAsync(file, root)).DisableAntiforgery();
        await app.StartAsync();

        Console.WriteLine($"ready {new Uri(app.Urls.Single()).Port} {Environment.ProcessId}");
        await Console.In.ReadToEndAsync();
        Environment.Exit(0); // Now, whatever is still on its way.
        return null;
    }

    private static async Task<string> TakeBodyAsync(HttpRequest request, IContentStore store, string root)
    {
        var left = request.HttpContext.RequestAborted;
        await using var writer = await store.CreateWriterAsync(request.ContentLength, left);
        var content = await ContentUploads.ReceiveAsync(request, writer, MaxBytes, left);
        await writer.CommitAsync(left);
        return PathOf(root, content.Hash);
    }

    private static async Task<string> TakeFormAsync(HttpRequest request, IContentStore store, string root)
    {
        var left = request.HttpContext.RequestAborted;
        await using var writer = await store.CreateWriterAsync(length: null, left);
        var policy = new ContentUploadPolicy { MaxBytes = MaxBytes };
        ContentInfo? content = null;
        await foreach (var part in ContentUploads.ReadPartsAsync(request, policy, left))
        {
            content ??= await part.Body.CopyToAsync(writer, MaxBytes, left);
        }

        await writer.CommitAsync(left);
        return PathOf(root, content!.Hash);
    }

    private static async Task<string> TakeFileAsync(IFormFile file, string root)
    {
        var path = Path.Combine(root, "tmp", Path.GetRandomFileName());
        await using var stream = File.OpenWrite(path);
        await file.CopyToAsync(stream);
        return path;
    }

    private static string PathOf(string root, ContentHash hash)
    {
        var name = hash.ToString();
        return Path.Combine(root, name[..2], name[2..]);
    }
}
