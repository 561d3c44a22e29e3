using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace PerfKit.RateLimit.Tests.AspNetCore;

/// <summary>A real server on a free loopback port, with a clock that stands still.</summary>
internal sealed class LimitedApp : IAsyncDisposable
{
    private readonly WebApplication _app;

    private LimitedApp(WebApplication app, FakeTimeProvider clock)
    {
        _app = app;
        Clock = clock;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        Client.DefaultRequestHeaders.Add("key", "tenant");
    }

    public FakeTimeProvider Clock { get; }

    /// <summary>Sends the field <c>key: tenant</c>, which the key named <c>key</c> reads.</summary>
    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    public static WebApplication Build(
        FakeTimeProvider clock,
        Action<RateLimitOptions>? policies,
        Action<WebApplicationBuilder>? build = null
    )
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TimeProvider>(clock);
        if (policies is not null)
        {
            builder.Services.AddPerfKitRateLimit(policies);
        }

        build?.Invoke(builder);
        return builder.Build();
    }

    public static async Task<LimitedApp> StartAsync(
        Action<RateLimitOptions> policies,
        Action<WebApplication> map,
        Action<WebApplicationBuilder>? build = null
    )
    {
        var clock = new FakeTimeProvider();
        var app = Build(clock, policies, build);
        map(app);
        await app.StartAsync();
        return new LimitedApp(app, clock);
    }

    /// <summary>Adds the key that the field <c>key</c> names; without it a request is not limited.</summary>
    public static void ByField(RateLimitMiddlewareOptions options) =>
        options.Keys["key"] = static context =>
            context.Request.Headers["key"].ToString() is { Length: > 0 } key ? LimitKey.Of(key) : null;

    public async Task<HttpStatusCode> StatusAsync(string path)
    {
        using var answer = await Client.GetAsync(path);
        return answer.StatusCode;
    }

    public async Task<string> LeftAsync(string path)
    {
        using var answer = await Client.GetAsync(path);
        return answer.Field("RateLimit");
    }

    public async Task SpendAsync(string path, int times)
    {
        for (var i = 0; i < times; i++)
        {
            (await StatusAsync(path)).Should().Be(HttpStatusCode.OK);
        }
    }

    /// <summary>Returns when a request waits at the policy.</summary>
    public async Task QueuedAsync(string policy)
    {
        Services.GetRequiredService<IRateLimitPolicies>().TryGet(policy, out var found);
        while (found!.Counts.Queued.Value == 0)
        {
            await Task.Yield();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}

internal static class Answers
{
    public static string Field(this HttpResponseMessage answer, string name) => answer.Headers.GetValues(name).Single();
}
