using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Logging;
using PerfKit.TestKit;

namespace PerfKit.Streaming.Tests.Http.Rules;

/// <summary>
/// The contents of the rules behind a real Kestrel, sent by one of several: <c>hash</c> and <c>file</c> are this
/// package from a store and from a path, <c>Results.File</c> gets a path as is common, <c>static files</c> is the
/// middleware.
/// </summary>
public sealed class RuleServer : IAsyncDisposable
{
    public const string Hash = "hash";
    public const string File = "file";
    public const string ResultsFile = "Results.File";
    public const string StaticFiles = "static files";

    private static readonly string[] Methods = ["GET", "HEAD", "POST", "OPTIONS", "TRACE"];

    private readonly TempFolder _folder = new();
    private readonly MemoryContentStore _store = new();
    private readonly WebApplication _app;

    private RuleServer(string sender)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Use(ChangeAsync);
        if (sender == StaticFiles)
        {
            _app.UseStaticFiles(
                new StaticFileOptions
                {
                    FileProvider = new PhysicalFileProvider(_folder.Path),
                    OnPrepareResponse = static file => SetFields(file.Context.Response),
                }
            );
            return;
        }

        _app.MapMethods(
            "/{name}",
            Methods,
            (string name, HttpResponse response) =>
            {
                if (!System.IO.File.Exists(_folder.File(name)))
                {
                    return Results.NotFound();
                }

                SetFields(response);
                return sender switch
                {
                    ResultsFile => Results.File(_folder.File(name), RuleContent.Type, enableRangeProcessing: true),
                    File => ContentResults.File(Describe(name), _folder.File(name)),
                    _ => ContentResults.Stream(Describe(name) with { Sha256 = Stored(name) }, _store),
                };
            }
        );
    }

    public RuleFacts Facts { get; private set; } = null!;

    public static async Task<RuleServer> StartAsync(string sender)
    {
        var server = new RuleServer(sender);
        await server.WriteAsync("long.txt", RuleContent.Text, RuleContent.Changed);
        await server.WriteAsync("empty.txt", [], RuleContent.Changed);
        await server.WriteAsync("undated.txt", RuleContent.Text, RuleContent.Changed);
        await server.WriteAsync("changing.txt", [0], RuleContent.Changed);
        await server.WriteAsync("future.txt", RuleContent.Text, TimeProvider.System.GetUtcNow().AddHours(1));
        await server._app.StartAsync();
        var addresses = server._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        server.Facts = await RuleFacts.AskAsync(new Uri(addresses.Addresses.First()));
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    private static void SetFields(HttpResponse response)
    {
        foreach (var (name, value) in RuleContent.ApplicationFields)
        {
            response.Headers[name] = value;
        }
    }

    private ContentDescription Describe(string name) =>
        new()
        {
            ContentType = RuleContent.Type,
            LastModified = name == "undated.txt" ? null : System.IO.File.GetLastWriteTimeUtc(_folder.File(name)),
        };

    private ContentHash Stored(string name) => ContentHash.Compute(System.IO.File.ReadAllBytes(_folder.File(name)));

    /// <summary>Rewrites the changing content with bytes of the same length, twice within a second.</summary>
    private async Task ChangeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Path == "/changing.txt")
        {
            var isFirst = context.Request.QueryString.Value == "?a";
            var changed = RuleContent.Changed.AddMilliseconds(isFirst ? 100 : 200);
            await WriteAsync("changing.txt", [isFirst ? (byte)'a' : (byte)'b'], changed);
        }

        await next(context);
    }

    private async Task WriteAsync(string name, byte[] bytes, DateTimeOffset changed)
    {
        await System.IO.File.WriteAllBytesAsync(_folder.File(name), bytes);
        System.IO.File.SetLastWriteTimeUtc(_folder.File(name), changed.UtcDateTime);
        await using var writer = await _store.CreateWriterAsync(bytes.Length);
        await writer.WriteAsync(bytes);
        await writer.FinishAsync();
        await writer.CommitAsync();
    }
}
