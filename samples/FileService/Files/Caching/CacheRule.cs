namespace FileService.Files.Caching;

/// <summary>What may be cached, which follows from where the service runs.</summary>
/// <param name="CachesMetadata">
/// Rows, lists and search results, only where every commit is heard: one process owns a SQLite folder, and over Redis instances
/// hear each other. On PostgreSQL without Redis another instance may commit unheard, so only what lies under a content's hash is
/// cached there: it never changes.
/// </param>
/// <param name="HasRedis">Whether Redis is behind the caches (<c>ConnectionStrings:redis</c>).</param>
internal sealed record CacheRule(bool CachesMetadata, bool HasRedis)
{
    public static CacheRule Of(IConfiguration configuration)
    {
        var hasRedis = !string.IsNullOrEmpty(configuration.GetConnectionString("redis"));
        var isAlone = string.IsNullOrEmpty(configuration.GetConnectionString("postgres"));
        return new CacheRule(hasRedis || isAlone, hasRedis);
    }

    /// <summary>A sentence for the log.</summary>
    public override string ToString() =>
        (CachesMetadata, HasRedis) switch
        {
            (true, true) => "Rows, lists, search results and conversions are cached in this process and in Redis.",
            (true, false) => "Rows, lists, search results and conversions are cached in this process.",
            _ =>
                "Rows, lists and search results are not cached, because other instances on this PostgreSQL may commit unheard: "
                    + "configure ConnectionStrings:redis.",
        };
}
