using System.Data.Common;
using FileService.Data;
using PerfKit.Caching;
using PerfKit.Query;

namespace FileService.Files.Caching;

/// <summary>Reads something from an open connection. It may outlive the request that asked, and must hold nothing of it.</summary>
internal delegate Task<T> DatabaseRead<in TState, T>(DbConnection connection, TState state, CancellationToken ct);

/// <summary>How a read is cached.</summary>
/// <param name="Cache">Where.</param>
/// <param name="Key">Its name, from <see cref="CacheKeys"/>.</param>
/// <param name="Workspace">Whose tag removes it; null where its key does.</param>
/// <param name="IsRanked">Whether it is a page of a ranking.</param>
/// <param name="KeepsAbsence">Whether null is kept too: only where a write that ends the absence removes the key.</param>
internal readonly record struct CachedRead(
    TieredCache Cache,
    string Key,
    Guid? Workspace = null,
    bool IsRanked = false,
    bool KeepsAbsence = true
);

/// <summary>
/// The reads of a request. Where metadata is cached a hit opens no connection, and a miss has one of its own, since others may wait
/// for the same answer after this request has gone; elsewhere they run on the request's.
/// </summary>
internal sealed class CachedReads(
    IConnectionScope connection,
    Database database,
    ISqlDialect dialect,
    MetadataCache cache,
    CacheRule rule
)
{
    /// <summary>The caches, to name one in a <see cref="CachedRead"/>.</summary>
    public MetadataCache Caches => cache;

    /// <param name="entry">How it is cached.</param>
    /// <param name="state">Handed to <paramref name="read"/>.</param>
    /// <param name="read">Reads it where it is not cached.</param>
    /// <param name="sizeOf">What an answer weighs in memory, in bytes.</param>
    /// <param name="ct">Ends this caller's wait.</param>
    public async ValueTask<T?> GetAsync<TState, T>(
        CachedRead entry,
        TState state,
        DatabaseRead<TState, T?> read,
        Func<T, long> sizeOf,
        CancellationToken ct
    )
        where T : class
    {
        if (!rule.CachesMetadata)
        {
            return await connection.RunAsync((db, _) => read(db, state, ct), ct);
        }

        var work = new Work<TState, T>(database, dialect, entry.KeepsAbsence, state, read, sizeOf);
        string[]? tags =
            entry.Workspace is not { } workspace ? null
            : entry.IsRanked ? rule.TagsOfRanked(workspace)
            : [CacheKeys.TagOf(workspace)];
        return await entry.Cache.GetOrCreateAsync(entry.Key, work, Work<TState, T>.RunAsync, null, tags, ct);
    }

    private sealed record Work<TState, T>(
        Database Database,
        ISqlDialect Dialect,
        bool KeepsAbsence,
        TState State,
        DatabaseRead<TState, T?> Read,
        Func<T, long> SizeOf
    )
        where T : class
    {
        public static async ValueTask<T?> RunAsync(
            Work<TState, T> work,
            CacheFactoryContext context,
            CancellationToken ct
        )
        {
            await using var own = await work.Database.OpenAsync(ct);
            var found = await work.Dialect.RunAsync(
                own,
                (work.Read, work.State, ct),
                static (db, s) => s.Read(db, s.State, s.ct),
                ct
            );
            if (found is not null)
            {
                context.SizeBytes = work.SizeOf(found);
                return found;
            }

            if (work.KeepsAbsence)
            {
                return context.NotFound<T>();
            }

            context.Expiration = TimeSpan.Zero; // Answered, not kept.
            return null;
        }
    }
}
