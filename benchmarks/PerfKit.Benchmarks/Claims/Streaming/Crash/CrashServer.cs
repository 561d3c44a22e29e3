using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PerfKit.Streaming;

namespace PerfKit.Benchmarks.Claims.Streaming.Crash;

/// <summary>
/// <c>child crash-server root store|hasty</c>: takes PUT bodies into a durable store and answers with the hash once it is
/// committed. Hasty is the control: it writes to the final name, as most upload handlers do. Prints its port; lives until it is
/// killed or its standard input closes.
/// </summary>
internal static class CrashServer
{
    public const string Name = "crash-server";

    public static async Task<int> RunAsync(string root, bool hasty)
    {
        var store = new LocalContentStore(new LocalContentStoreOptions { Root = root });
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        await using var app = builder.Build();
        app.Run(hasty ? context => WriteAtOnceAsync(context, store) : context => ReceiveAsync(context, store));
        await app.StartAsync();
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        Console.WriteLine(new Uri(addresses.Addresses.First()).Port);
        await Console.In.ReadToEndAsync();
        return 0;
    }

    private static async Task ReceiveAsync(HttpContext context, LocalContentStore store)
    {
        await using var writer = await store.CreateWriterAsync(context.Request.ContentLength, context.RequestAborted);
        var content = await ContentUploads.ReceiveAsync(
            context.Request,
            writer,
            UploadPlan.MaxBytes,
            context.RequestAborted
        );
        await writer.CommitAsync(context.RequestAborted);
        await context.Response.WriteAsync(content.Hash.ToString());
    }

    private static async Task WriteAtOnceAsync(HttpContext context, LocalContentStore store)
    {
        var hash = context.Request.Path.Value![1..];
        var folder = Directory.CreateDirectory(Path.Combine(store.Root, hash[..2])).FullName;
        await using (
            var file = new FileStream(
                Path.Combine(folder, hash[2..]),
                FileMode.Create,
                FileAccess.Write,
                FileShare.ReadWrite
            )
        )
        {
            await context.Request.Body.CopyToAsync(file, context.RequestAborted);
        }

        await context.Response.WriteAsync(hash);
    }
}
