using FileService.Data;
using PerfKit.Streaming;

namespace FileService.Files;

/// <summary>A file and the way to its bytes, which are opened only when they are needed.</summary>
internal sealed record FileContent(FileRow File, Func<CancellationToken, ValueTask<ContentReader?>> OpenAsync);

/// <summary>Finds a file and opens its content.</summary>
internal interface IFileLoader
{
    /// <summary>The file with this id, or null when the tenant has none.</summary>
    ValueTask<FileContent?> LoadAsync(string tenant, Guid id, CancellationToken ct);
}
