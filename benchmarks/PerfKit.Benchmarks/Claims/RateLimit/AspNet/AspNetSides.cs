using System.Net;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;
using PerfKit.RateLimit;

namespace PerfKit.Benchmarks.Claims.RateLimit.AspNet;

/// <summary>
/// Three pipelines without a server: one with nothing but an end, one with the framework's <c>UseRateLimiter</c> and an
/// endpoint policy, and one with ours, which has a cost, an allow list of names and networks, and writes its fields. Each
/// request asks for the next of many keys, and none is refused.
/// </summary>
internal sealed class AspNetSides : IDisposable
{
    private const string Policy = "reads";
    private const int KeyCount = 10_000;
    private const int Plenty = 1_000_000_000;
    private const int OursPlenty = 1_000_000; // Of each key, which spends some thousands.

    private readonly string[] _keys = [.. Enumerable.Range(0, KeyCount).Select(static i => $"tenant-{i}")];
    private readonly ServiceProvider _services;
    private readonly DefaultHttpContext _context;
    private readonly Side _bare;
    private readonly Side _ours;
    private readonly Side _theirs;
    private int _next;

    /// <param name="isSpread">Whether keys have spent differently, so that hardly two answers are alike.</param>
    public AspNetSides(bool isSpread)
    {
        _services = Services();
        _context = new DefaultHttpContext { RequestServices = _services };
        _context.Connection.RemoteIpAddress = IPAddress.Parse("192.0.2.7");
        _bare = Make(static _ => { });
        _theirs = Make(static app => app.UseRateLimiter(), new EnableRateLimitingAttribute("theirs"));
        _ours = Make(
            static app =>
                app.UsePerfKitRateLimit(static o =>
                    o.Keys["tenant"] = static context => LimitKey.Of(context.TraceIdentifier)
                ),
            new RateLimitPoliciesAttribute(Policy),
            new RateLimitCostAttribute(2)
        );
        if (isSpread)
        {
            SpendAtRandom();
        }
    }

    public void Bare(int requests) => Run(_bare, requests);

    public void Ours(int requests) => Run(_ours, requests);

    public void Theirs(int requests) => Run(_theirs, requests);

    public void Dispose() => _services.Dispose();

    private static ServiceProvider Services()
    {
        var services = new ServiceCollection().AddLogging().AddMetrics();
        services.AddRateLimiter(static o =>
            o.AddPolicy(
                "theirs",
                static context =>
                    RateLimitPartition.GetTokenBucketLimiter(
                        context.TraceIdentifier,
                        static _ => new TokenBucketRateLimiterOptions
                        {
                            TokenLimit = Plenty,
                            TokensPerPeriod = Plenty,
                            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                        }
                    )
            )
        );
        services.AddPerfKitRateLimit(static o =>
            o.Policies[Policy] = new()
            {
                Permits = OursPlenty,
                Period = TimeSpan.FromDays(1),
                By = "tenant",
                Allow = { "probe", "10.0.0.0/8", "2001:db8::/32", "198.51.100.7" },
            }
        );
        return services.BuildServiceProvider();
    }

    private Side Make(Action<IApplicationBuilder> use, params object[] metadata)
    {
        var app = new ApplicationBuilder(_services);
        use(app);
        app.Run(static _ => Task.CompletedTask);
        return new Side(app.Build(), new Endpoint(null, new EndpointMetadataCollection(metadata), null));
    }

    private void SpendAtRandom()
    {
        var policies = _services.GetRequiredService<IRateLimitPolicies>();
        policies.TryGet(Policy, out var policy);
        var random = new Random(1);
        foreach (var key in _keys)
        {
            policy!.Acquire(LimitKey.Of(key), random.Next(OursPlenty - (OursPlenty / 10)), out _);
        }
    }

    private void Run(Side side, int requests)
    {
        _context.SetEndpoint(side.Endpoint);
        for (var i = 0; i < requests; i++)
        {
            _next = _next + 1 < KeyCount ? _next + 1 : 0;
            _context.TraceIdentifier = _keys[_next];
            side.Pipeline(_context).GetAwaiter().GetResult();
        }

        if (_context.Response.StatusCode != StatusCodes.Status200OK)
        {
            throw new InvalidOperationException("A request was refused: this is not what was to be measured.");
        }
    }

    private sealed record Side(RequestDelegate Pipeline, Endpoint Endpoint);
}
