using FileService.Files;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using PerfKit.Caching;

namespace FileService.Setup;

/// <summary>Degraded while Redis does not answer, never unhealthy: the service then answers from the database.</summary>
internal sealed class RedisCheck(IServiceProvider services) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken
    )
    {
        var away = new List<string>();
        foreach (var name in CacheRegistration.Names)
        {
            var cache = services.GetRequiredKeyedService<TieredCache>(name);
            await cache.TryGetAsync<string>("health", cancellationToken); // Else a Redis that nobody asks passes for well.
            if (!cache.IsTierAvailable)
            {
                away.Add(name);
            }
        }

        return away.Count == 0
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Degraded(
                $"Redis (ConnectionStrings:redis) does not answer for the caches {string.Join(", ", away)}: every instance "
                    + "answers from its own memory for a second at most, and else from the database, until Redis is back."
            );
    }
}
