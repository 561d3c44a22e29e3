using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace PerfKit.Caching.Tests.Output;

/// <summary>A web server with an output cache that says how often each path was made.</summary>
internal sealed class OutputNode : IAsyncDisposable
{
    private const HybridCacheEntryFlags ReadBehind =
        HybridCacheEntryFlags.DisableLocalCache | HybridCacheEntryFlags.DisableDistributedCacheWrite;

    private readonly WebApplication _app;
    private readonly HttpClient _client;
    private int _made;

    private OutputNode(WebApplication app)
    {
        _app = app;
        _client = new HttpClient();
        app.UseOutputCache();
        app.MapGet("/page", (Delegate)Made)
            .CacheOutput(static p => p.Tag("pages").SetVaryByQuery("q").SetVaryByHeader("X-Tone"));
        app.MapGet("/other", (Delegate)Made).CacheOutput(static p => p.Tag("others"));
        app.MapGet("/slow", (Delegate)MadeSlowlyAsync).CacheOutput(static p => p.SetLocking(true));
        app.MapGet("/large", () => new string((char)('a' + Interlocked.Increment(ref _made)), 300_000)).CacheOutput();
    }

    /// <summary>How often a response was made here.</summary>
    public int Count => Volatile.Read(ref _made);

    /// <summary>What makers of <c>/slow</c> wait for.</summary>
    public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static async Task<OutputNode> StartAsync(Action<TieredCacheBuilder>? behind = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var cache = builder.Services.AddPerfKitOutputCache();
        behind?.Invoke(cache);
        var node = new OutputNode(builder.Build());
        await node._app.StartAsync();
        node._client.BaseAddress = new Uri(node._app.Urls.First());
        node._client.DefaultRequestHeaders.Host = "one.example"; // One site, wherever it runs: the host is part of a key.
        return node;
    }

    public Task<string> GetAsync(string path) => _client.GetStringAsync(new Uri(path, UriKind.Relative));

    public async Task<string> GetAsync(string path, string tone)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("X-Tone", tone);
        using var response = await _client.SendAsync(request);
        return await response.Content.ReadAsStringAsync();
    }

    /// <summary>When what is behind this server's cache is heard: before that it is not read.</summary>
    public async Task JoinedAsync()
    {
        var cache = _app.Services.GetRequiredKeyedService<TieredCache>("output");
        var isThere = false;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!isThere)
        {
            isThere = true;
            await cache.SetAsync("beacon", "lit");
            await cache.GetOrCreateAsync(
                "beacon",
                _ => ValueTask.FromResult($"{isThere = false}"),
                new HybridCacheEntryOptions { Flags = ReadBehind },
                cancellationToken: limit.Token
            );
        }
    }

    public ValueTask EvictAsync(string tag) =>
        _app.Services.GetRequiredService<IOutputCacheStore>().EvictByTagAsync(tag, default);

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }

    private string Made(HttpContext context) =>
        $"{context.Request.Path}{context.Request.QueryString} {Interlocked.Increment(ref _made).ToString(CultureInfo.InvariantCulture)} {Guid.NewGuid()}";

    private async Task<string> MadeSlowlyAsync(HttpContext context)
    {
        var made = Made(context);
        await Gate.Task;
        return made;
    }
}
