using FileService.Data;
using FileService.Files;
using PerfKit.Streaming;

namespace FileService.Before;

/// <summary>
/// Loading before: no index, a query for the file, one for its storages, one for each storage, and the whole file in memory
/// every time.
/// </summary>
internal sealed class NaiveFileLoader(Database database, ContentStores stores) : IFileLoader
{
    public async ValueTask<FileContent?> LoadAsync(string tenant, Guid id, CancellationToken ct)
    {
        await using var connection = await database.OpenAsync(ct);
        return From(await database.ScanFileAsync(connection, tenant, id));
    }

    public async ValueTask<FileContent?> LoadAsync(WorkspaceRow workspace, string path, CancellationToken ct)
    {
        await using var connection = await database.OpenAsync(ct);
        return From(await database.ScanFileAsync(connection, workspace.Id, path));
    }

    private FileContent? From(FileRow? file) =>
        file is null ? null : new FileContent(file, token => OpenAsync(file, token));

    private async ValueTask<ContentReader?> OpenAsync(FileRow file, CancellationToken ct)
    {
        await using var connection = await database.OpenAsync(ct);
        foreach (var copy in await database.ScanStoragesAsync(connection, file.Id))
        {
            var storage = await database.ScanStorageAsync(connection, copy.StorageResourceId);
            if (copy.ContentHash != file.ContentHash)
            {
                continue;
            }

            var store = stores.For(storage.Locator, file.TenantId);
            if (await store.OpenReadAsync(ContentHash.Parse(file.ContentHash), ct) is { } reader)
            {
                await using (reader)
                {
                    return ContentReader.FromMemory(await WholeContent.ReadAsync(reader, file.Path, ct));
                }
            }
        }

        return null;
    }
}
