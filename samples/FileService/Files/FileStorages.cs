using FileService.Data;
using PerfKit.Query;

namespace FileService.Files;

/// <summary>Where files' contents lie. One instance a request: what a request asks for goes in one round trip.</summary>
internal sealed class FileStorages
{
    private readonly BatchLoader<Guid, IReadOnlyList<FileStorageRow>> _loader;

    public FileStorages(IConnectionScope connection, ISqlDialect dialect) =>
        _loader = new BatchLoader<Guid, IReadOnlyList<FileStorageRow>>(
            async (fileIds, ct) =>
            {
                var rows = await connection.RunAsync((db, _) => db.FindStoragesAsync(dialect, fileIds), ct);
                return rows.GroupBy(static row => row.FileId)
                    .ToDictionary(static group => group.Key, IReadOnlyList<FileStorageRow> (group) => [.. group]);
            }
        );

    public async ValueTask<IReadOnlyList<FileStorageRow>> OfAsync(Guid fileId, CancellationToken ct) =>
        await _loader.LoadAsync(fileId, ct) ?? [];
}
