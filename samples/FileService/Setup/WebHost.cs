using FileService.Endpoints;
using FileService.Files;
using FileService.Files.Caching;
using FileService.LivePage;
using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;
using PerfKit.Query;

namespace FileService.Setup;

/// <summary>The web side of the composition: middleware, endpoints, hosted services.</summary>
internal static class WebHost
{
    private const int MaxJsonBytes = 64 << 10;
    private const int OutputCacheBytes = 4 << 20; // The API's description under each name this host is called by.

    public static WebApplication Build(WebApplicationBuilder builder, string urls)
    {
        builder.WebHost.UseUrls(urls).UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.ConfigureEndpointDefaults(static listen => listen.UseDirectSending());
            kestrel.Limits.MaxRequestBodySize = null; // The upload's own limit speaks; JSON bodies have theirs below.
        });
        builder.Logging.AddConsole();
        builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging"));
        AddServices(builder.Services, builder.Configuration);

        var app = builder.Build();
        app.UseExceptionHandler();
        app.UseStatusCodePages(static context => PlainStatus.WriteAsync(context.HttpContext));
        var gatekeeper = new Gatekeeper(app.Services.GetRequiredService<Tenants>());
        app.Use(gatekeeper.InvokeAsync);
        app.UseRouting();
        app.UseQueryRecording();
        app.Use(ReleaseBeforeAnswering);
        app.UsePerfKitRateLimit(static o =>
        {
            o.Keys["tenant"] = static context => context.Caller().Limit;
            o.ProblemType = "urn:perfkit:quota-exceeded";
        });
        app.Use(LimitJson);
        app.UseOutputCache();
        Map(app);
        WarnOfDevelopment(app);
        app.Logger.LogInformation("{Sentence}", app.Services.GetRequiredService<CacheRule>());
        return app;
    }

    private static void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddFileService(configuration);
        services.AddHostedService(static p => p.GetRequiredService<JobRunner>());
        services.AddHostedService(static p => p.GetRequiredService<ContentCollector>());
        services.AddPerfKitRateLimit(configuration.GetSection("RateLimit"));
        services.AddLivePage();
        services.AddSingleton<IStoreSummary, StoreSummaryReader>();
        services.AddScoped<IPageSearch, PageSearch>();
        services.AddProblemDetails();
        services.AddExceptionHandler<ProblemWriter>();
        services.AddOpenApi();
        services.AddPerfKitOutputCache(static o => o.CapacityBytes = OutputCacheBytes).AddRedis(configuration);
        var health = services.AddHealthChecks().AddCheck<DatabaseCheck>("database", tags: ["ready"]);
        services.AddHostedService<InvalidationRelay>();
        if (CacheRule.Of(configuration).HasRedis)
        {
            health.AddCheck<RedisCheck>("redis", tags: ["ready"]);
        }

        services
            .AddOpenTelemetry()
            .WithMetrics(static metrics => metrics.AddMeter("PerfKit.*").AddPrometheusExporter());
    }

    private static void Map(WebApplication app)
    {
        app.MapWorkspaces();
        app.MapFiles();
        app.MapSearch();
        app.MapStorages();
        app.MapJobs();
        app.MapLivePage();
        app.MapOpenApi("/openapi/v1.json").CacheOutput(); // Made anew for each request otherwise.
        app.MapPrometheusScrapingEndpoint("/metrics");
        app.MapHealthChecks("/health/live", new() { Predicate = static _ => false });
        app.MapHealthChecks("/health/ready", new() { Predicate = static check => check.Tags.Contains("ready") });
    }

    /// <summary>Gives a request's connection back before its answer's first byte: a client that reads slowly holds none.</summary>
    private static Task ReleaseBeforeAnswering(HttpContext context, RequestDelegate next)
    {
        context.Response.OnStarting(
            static request =>
                ((HttpContext)request).RequestServices.GetRequiredService<IConnectionScope>().ReleaseAsync().AsTask(),
            context
        );
        return next(context);
    }

    private static Task LimitJson(HttpContext context, RequestDelegate next)
    {
        if (HttpMethods.IsPost(context.Request.Method))
        {
            var limit = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpMaxRequestBodySizeFeature>();
            if (limit is { IsReadOnly: false })
            {
                limit.MaxRequestBodySize = MaxJsonBytes;
            }
        }

        return next(context);
    }

    private static void WarnOfDevelopment(WebApplication app)
    {
        if (app.Services.GetRequiredService<Tenants>().IsDevelopment)
        {
            app.Logger.LogWarning(
                "No API keys are configured: only this machine is answered, and writes want 'X-Api-Key: {Key}'. "
                    + "Configure Tenants:<name>:Keys:0 to open the service.",
                Tenants.DevelopmentKey
            );
        }
    }
}
