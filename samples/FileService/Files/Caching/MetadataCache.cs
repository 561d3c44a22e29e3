using FileService.Data;
using PerfKit.Caching;
using PerfKit.Query;

namespace FileService.Files.Caching;

/// <summary>
/// The two caches over the database: rows and lists, and search results, which come in larger numbers and must not push rows
/// out. Reads take from them, never a decision of a write.
/// </summary>
internal sealed class MetadataCache(
    [FromKeyedServices(MetadataCache.QueriesName)] TieredCache queries,
    [FromKeyedServices(MetadataCache.SearchesName)] TieredCache searches,
    CacheRule rule
)
{
    public const string QueriesName = "queries";
    public const string SearchesName = "searches";

    private const int KeysAtOnce = 300; // More in flight would wait longer than one command may take.
    private const int TagsAtOnce = 100;

    /// <summary>Nobody changes an instance of these, so all readers have the same one.</summary>
    public static readonly IReadOnlyList<Type> SharedTypes =
    [
        typeof(WorkspaceRow),
        typeof(FileRow),
        typeof(FileStorageRow[]),
        typeof(KeysetPage<FileView>),
        typeof(SearchPage),
    ];

    public TieredCache Queries => queries;

    public TieredCache Searches => searches;

    /// <summary>Whether everything removed so far has reached Redis; true without one.</summary>
    public bool IsTierAvailable => queries.IsTierAvailable && searches.IsTierAvailable;

    /// <summary>
    /// After it, no reader of this process gets what was there, nor, within milliseconds, of another. It does not fail: what does
    /// not reach Redis is kept in memory until it does.
    /// </summary>
    /// <returns>Whether it has reached Redis.</returns>
    public async ValueTask<bool> RemoveAsync(Invalidation removed)
    {
        if (!rule.CachesMetadata)
        {
            return true;
        }

        foreach (var tags in rule.TagsOf(removed.Tags).Chunk(TagsAtOnce))
        {
            await Task.WhenAll(queries.RemoveByTagAsync(tags).AsTask(), searches.RemoveByTagAsync(tags).AsTask());
        }

        foreach (var keys in removed.Keys.Chunk(KeysAtOnce))
        {
            await queries.RemoveAsync(keys);
        }
        return IsTierAvailable;
    }

    /// <summary>A row whose content is gone is out of date wherever it is cached.</summary>
    public ValueTask<bool> DropAsync(FileRow file) => RemoveAsync(new Invalidation(CacheKeys.Of(file), []));
}
