using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PerfKit.TestKit;

namespace PerfKit.Caching.Tests.Distributed;

public sealed class SessionTests
{
    private static readonly EphemeralDataProtectionProvider Protection = new();

    [SkippableFact]
    public async Task A_session_of_one_node_goes_on_at_another()
    {
        var server = await RedisServer.SharedAsync();
        await using var one = await StartAsync(server);
        await using var other = await StartAsync(server);
        using var client = new HttpClient(new HttpClientHandler { UseCookies = false });

        using var begun = await client.GetAsync(new Uri(one.Urls.First() + "/count"));
        var cookie = begun.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        using var request = new HttpRequestMessage(HttpMethod.Get, other.Urls.First() + "/count");
        request.Headers.Add("Cookie", cookie);
        using var gone = await client.SendAsync(request);

        (await begun.Content.ReadAsStringAsync()).Should().Be("1");
        (await gone.Content.ReadAsStringAsync()).Should().Be("2");
    }

    private static async Task<WebApplication> StartAsync(RedisServer server)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IDataProtectionProvider>(Protection); // Nodes share what seals their cookies.
        builder.Services.AddPerfKitRedisCache(configure: o =>
        {
            o.Configuration = server.ConnectionString;
            o.CommandTimeout = TimeSpan.FromSeconds(30); // Other tests block threads that answers arrive on.
        });
        builder.Services.AddSession();
        var app = builder.Build();
        app.UseSession();
        app.MapGet(
            "/count",
            static context =>
            {
                var count = (context.Session.GetInt32("count") ?? 0) + 1;
                context.Session.SetInt32("count", count);
                return context.Response.WriteAsync($"{count}");
            }
        );
        await app.StartAsync();
        return app;
    }
}
