using FileService.Data;
using FileService.Files.Caching;
using PerfKit.Query;

namespace FileService.Files;

/// <summary>Where a file's contents lie.</summary>
internal sealed class FileStorages(CachedReads reads, ISqlDialect dialect)
{
    public async ValueTask<IReadOnlyList<FileStorageRow>> OfAsync(Guid fileId, CancellationToken ct)
    {
        var rows = await reads.GetAsync<(ISqlDialect Dialect, Guid File), FileStorageRow[]>(
            new CachedRead(reads.Caches.Queries, CacheKeys.Storages(fileId)),
            (dialect, fileId),
            static async (db, s, _) => [.. await db.FindStoragesAsync(s.Dialect, [s.File])],
            CachedSizes.Of,
            ct
        );
        return rows ?? [];
    }
}
