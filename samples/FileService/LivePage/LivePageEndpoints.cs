using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace FileService.LivePage;

/// <summary>Puts the live page at <c>/</c> and its updates at <c>/live</c>.</summary>
internal static class LivePageEndpoints
{
    private const int NonceBytes = 16;
    private const int RetrySeconds = 5;

    /// <summary>Adds the page; the host adds its <see cref="IStoreSummary"/> and, if it likes, an <see cref="IPageSearch"/>.</summary>
    public static IServiceCollection AddLivePage(this IServiceCollection services)
    {
        services
            .AddOptions<LivePageOptions>()
            .BindConfiguration("LivePage")
            .PostConfigure<IConfiguration>(
                static (o, configuration) =>
                    o.CompareFile =
                        o.CompareFile.Length > 0
                            ? o.CompareFile
                            : Path.Combine(configuration["Storage:Root"] ?? ".data", "compare.json")
            )
            .Validate(
                static o => o.Fault() is null,
                "LivePage:MaxListeners must be 1 to 1024, LivePage:Interval 0.1 s to 1 min."
            )
            .ValidateOnStart();
        services.AddMetrics();
        services.AddSingleton<MeterObserver>();
        services.AddHostedService(static p => p.GetRequiredService<MeterObserver>());
        services.AddSingleton<CompareFile>();
        services.AddSingleton<LiveFeed>();
        services.AddSingleton<LiveListeners>();
        return services;
    }

    /// <summary>Maps <c>GET /</c> and <c>GET /live</c>.</summary>
    public static void MapLivePage(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/", [HttpMethods.Get, HttpMethods.Head], ShowAsync).ExcludeFromDescription();
        routes.MapGet("/live", Listen).ExcludeFromDescription();
    }

    private static async Task ShowAsync(HttpContext context, LiveFeed feed)
    {
        var search = context.RequestServices.GetService<IPageSearch>();
        var q = context.Request.Query["q"].ToString();
        var answer =
            search is { IsOpen: true } && q.Length > 0 ? await search.SearchAsync(q, context.RequestAborted) : null;
        var parts = await feed.GetAsync(context.RequestAborted);

        var nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(NonceBytes));
        var visit = new PageVisit(search is { IsOpen: true }, answer is null ? null : q, answer);
        var html = Encoding.UTF8.GetBytes(PageShell.Render(parts, visit, nonce));

        var response = context.Response;
        response.ContentType = "text/html; charset=utf-8";
        response.ContentLength = html.Length;
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers.ContentSecurityPolicy =
            $"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; connect-src 'self'; "
            + "img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.Body.WriteAsync(html, context.RequestAborted);
        }
    }

    private static IResult Listen(
        HttpContext context,
        LiveFeed feed,
        LiveListeners listeners,
        IOptions<LivePageOptions> options,
        TimeProvider clock,
        IHostApplicationLifetime lifetime
    )
    {
        if (!listeners.TryEnter())
        {
            context.Response.Headers.RetryAfter = RetrySeconds.ToString(
                System.Globalization.CultureInfo.InvariantCulture
            );
            return Results.Problem(
                $"All {options.Value.MaxListeners} places for listening pages are taken; try again in {RetrySeconds} seconds.",
                statusCode: StatusCodes.Status503ServiceUnavailable,
                title: "Too many listeners",
                type: "urn:perfkit:too-many-listeners"
            );
        }

        context.Response.OnCompleted(
            static state => // Runs however the response ends.
            {
                ((LiveListeners)state).Leave();
                return Task.CompletedTask;
            },
            listeners
        );
        return TypedResults.ServerSentEvents(
            EventsAsync(feed, options.Value.Interval, clock, lifetime.ApplicationStopping, context.RequestAborted)
        );
    }

    private static async IAsyncEnumerable<SseItem<string>> EventsAsync(
        LiveFeed feed,
        TimeSpan interval,
        TimeProvider clock,
        CancellationToken stopping,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping);
        using var timer = new PeriodicTimer(interval, clock);
        var sent = "";
        do
        {
            string fragment;
            try
            {
                fragment = (await feed.GetAsync(either.Token)).Fragment;
            }
            catch (OperationCanceledException)
            {
                yield break; // The page or the service is leaving.
            }

            if (fragment != sent)
            {
                yield return new SseItem<string>(fragment, "live")
                {
                    ReconnectionInterval = TimeSpan.FromSeconds(RetrySeconds),
                };
                sent = fragment;
            }
        } while (await NextAsync(timer, either.Token));
    }

    private static async ValueTask<bool> NextAsync(PeriodicTimer timer, CancellationToken cancellationToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
