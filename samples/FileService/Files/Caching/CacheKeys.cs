using System.Globalization;
using FileService.Data;
using FileService.Files.Conversions;

namespace FileService.Files.Caching;

/// <summary>
/// The names of what is cached. Each begins with its kind, and what a caller chose stands last, so that no two things have one
/// key; tenants have no spaces.
/// </summary>
internal static class CacheKeys
{
    public static string Workspace(string tenant, string idOrName) => $"workspace {tenant} {idOrName}";

    public static string File(string tenant, Guid id) => $"file {id} {tenant}";

    public static string Path(Guid workspace, string path) => $"path {workspace} {path}";

    public static string Storages(Guid file) => $"storages {file}";

    public static string List(Guid workspace, ListRequest request) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"list {workspace} {request.Limit} {request.Order.Sort} {request.Fields} {request.After}"
        );

    public static string Words(Guid workspace, string words, string? after, int limit) =>
        string.Create(CultureInfo.InvariantCulture, $"words {workspace} {limit} {after} {words}");

    public static string Substring(Guid workspace, string needle, string? after, int limit) =>
        string.Create(CultureInfo.InvariantCulture, $"substring {workspace} {limit} {after} {needle}");

    /// <summary>A result follows from the bytes, what they are taken for, the target, and the code that makes it.</summary>
    public static string Conversion(string contentHash, string contentType, string target) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{ConversionCatalog.Version} {contentHash} {target} {SourceText.MediaTypeOf(contentType)}"
        );

    /// <summary>Removes every list and search result of a workspace.</summary>
    public static string TagOf(Guid workspace) => $"workspace {workspace}";

    /// <summary>The keys of what is known of one file.</summary>
    public static string[] Of(FileRow file) =>
        [File(file.TenantId, file.Id), Path(file.WorkspaceId, file.Path), Storages(file.Id)];
}
