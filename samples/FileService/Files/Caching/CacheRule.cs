namespace FileService.Files.Caching;

/// <summary>What may be cached, which follows from where the service runs.</summary>
/// <param name="CachesMetadata">
/// Rows, lists and search results, only where every commit is heard: one process owns a SQLite folder, and over Redis instances
/// hear each other. On PostgreSQL without Redis another instance may commit unheard, so only what lies under a content's hash is
/// cached there: it never changes.
/// </param>
/// <param name="HasRedis">Whether Redis is behind the caches (<c>ConnectionStrings:redis</c>).</param>
/// <param name="RanksTogether">Whether a write in one workspace moves the ranks of searches in others, as SQLite's index has it.</param>
internal sealed record CacheRule(bool CachesMetadata, bool HasRedis, bool RanksTogether)
{
    private const string Ranks = "ranks";

    public static CacheRule Of(IConfiguration configuration)
    {
        var hasRedis = !string.IsNullOrEmpty(configuration.GetConnectionString("redis"));
        var isAlone = string.IsNullOrEmpty(configuration.GetConnectionString("postgres"));
        return new CacheRule(hasRedis || isAlone, hasRedis, isAlone);
    }

    /// <summary>The tags of a ranked page of this workspace: its place in the order, which its cursor holds, must not move.</summary>
    public string[] TagsOfRanked(Guid workspace) =>
        RanksTogether ? [CacheKeys.TagOf(workspace), Ranks] : [CacheKeys.TagOf(workspace)];

    /// <summary>What is removed with these tags.</summary>
    public IEnumerable<string> TagsOf(IReadOnlyList<string> tags) =>
        RanksTogether && tags.Count > 0 ? tags.Append(Ranks) : tags;

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
