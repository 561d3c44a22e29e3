using Dapper;
using FileService.Data;
using FileService.Files.Caching;
using FileService.Setup;
using Microsoft.Extensions.Options;
using PerfKit.Caching;
using PerfKit.Query;
using PerfKit.Streaming;

namespace FileService.Files;

/// <summary>
/// The row from the cache, or else one indexed lookup; then the bytes by their hash: from the content cache when small, which
/// fills itself from the first storage that has them while the first reader is served; larger ones are streamed. A content that
/// is not in the cache is found on a connection of its own, for conversions and fills outlive the request that began them.
/// </summary>
internal sealed class FileLoader(
    IConnectionScope connection,
    CachedReads reads,
    Database database,
    ISqlDialect dialect,
    ContentStores stores,
    [FromKeyedServices(FileLoader.CacheName)] IContentCache cache,
    IOptions<StorageOptions> options,
    ILogger<FileLoader> log
) : IFileLoader
{
    public const string CacheName = "content";

    public async ValueTask<FileContent?> LoadAsync(string tenant, Guid id, CancellationToken ct) =>
        From(
            await reads.GetAsync(
                new CachedRead(reads.Caches.Queries, CacheKeys.File(tenant, id)),
                (tenant, id),
                static (db, s, _) => db.FindFileAsync(s.tenant, s.id),
                CachedSizes.Of,
                ct
            )
        );

    public async ValueTask<FileContent?> LoadAsync(WorkspaceRow workspace, string path, CancellationToken ct) =>
        From(
            await reads.GetAsync(
                new CachedRead(reads.Caches.Queries, CacheKeys.Path(workspace.Id, path)),
                (workspace.Id, path),
                static (db, s, _) => db.FindFileAsync(s.Id, s.path),
                CachedSizes.Of,
                ct
            )
        );

    /// <summary>The row as the database has it now, for writes: they decide on nothing that is cached.</summary>
    public Task<FileRow?> FindCurrentAsync(string tenant, Guid id, CancellationToken ct) =>
        connection.RunAsync((db, _) => db.FindFileAsync(tenant, id), ct);

    /// <summary>The row at this path as the database has it now.</summary>
    public Task<FileRow?> FindCurrentAsync(WorkspaceRow workspace, string path, CancellationToken ct) =>
        connection.RunAsync((db, _) => db.FindFileAsync(workspace.Id, path), ct);

    private FileContent? From(FileRow? file) => file is null ? null : new FileContent(file, ct => OpenAsync(file, ct));

    private async ValueTask<ContentReader?> OpenAsync(FileRow file, CancellationToken ct)
    {
        if (file.Size > options.Value.MaxCachedContentBytes)
        {
            return await OpenStoredAsync(file, ct);
        }

        var key = ContentKey.FromHex(file.ContentHash);
        if (cache.TryGet(key, out var lease))
        {
            return ContentReader.FromMemory(lease.Content, lease);
        }

        return await OpenStoredAsync(file, ct) is { } stored
            ? new FillingContentReader(cache, key, stored, token => ReopenAsync(file, token))
            : null;
    }

    private async ValueTask<ContentReader> ReopenAsync(FileRow file, CancellationToken ct) =>
        await OpenStoredAsync(file, ct) ?? throw new ContentVanishedException(file);

    private async ValueTask<ContentReader?> OpenStoredAsync(FileRow file, CancellationToken ct)
    {
        List<FileStorageRow> storages;
        await using (var own = await database.OpenAsync(ct))
        {
            storages = (await own.FindStoragesAsync(dialect, [file.Id])).AsList();
        }

        var hash = ContentHash.Parse(file.ContentHash, null);
        foreach (var storage in storages.Where(s => s.ContentHash == file.ContentHash))
        {
            try
            {
                if (await stores.For(storage.Locator, file.TenantId).OpenReadAsync(hash, ct) is { } reader)
                {
                    return reader;
                }
            }
            catch (Exception e) when (e is IOException or ProblemException or UnauthorizedAccessException)
            {
                log.LogWarning(e, "Storage {Storage} failed for {Path}; trying the next.", storage.Locator, file.Path);
            }
        }

        return null;
    }
}
