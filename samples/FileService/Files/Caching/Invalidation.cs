using FileService.Data;

namespace FileService.Files.Caching;

/// <summary>What a write takes out of the caches: rows by their keys, lists and search results by their workspace's tag.</summary>
internal sealed record Invalidation(IReadOnlyList<string> Keys, IReadOnlyList<string> Tags)
{
    public static readonly Invalidation Everything = new([], ["*"]);

    /// <summary>Of files that were written. Nobody knew the id of a new one, only that its path was free.</summary>
    public static Invalidation OfWritten(Guid workspace, IEnumerable<WriteResult> written) =>
        new(
            [
                .. written.SelectMany(static w =>
                    w.Created ? [CacheKeys.Path(w.File.WorkspaceId, w.File.Path)] : CacheKeys.Of(w.File)
                ),
            ],
            [CacheKeys.TagOf(workspace)]
        );

    public static Invalidation OfRemoved(FileRow file) => new(CacheKeys.Of(file), [CacheKeys.TagOf(file.WorkspaceId)]);

    /// <summary>Of files whose content lies on a storage more.</summary>
    public static Invalidation OfStorages(Guid workspace, IEnumerable<FileRow> files) =>
        new([.. files.Select(static file => CacheKeys.Storages(file.Id))], [CacheKeys.TagOf(workspace)]);

    public static Invalidation OfAll(IEnumerable<Invalidation> all)
    {
        var list = all.ToList();
        return new Invalidation(
            [.. list.SelectMany(static one => one.Keys).Distinct()],
            [.. list.SelectMany(static one => one.Tags).Distinct()]
        );
    }
}
