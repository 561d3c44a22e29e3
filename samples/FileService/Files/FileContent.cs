using FileService.Data;
using PerfKit.Streaming;

namespace FileService.Files;

/// <summary>A file and the way to its bytes, which are opened only when they are needed.</summary>
/// <param name="File">The file as it was when it was found.</param>
/// <param name="Open">Opens the bytes; null when no storage has them.</param>
internal sealed record FileContent(FileRow File, Func<CancellationToken, ValueTask<ContentReader?>> Open)
{
    /// <exception cref="ContentVanishedException">No storage has the content.</exception>
    public async ValueTask<ContentReader> OpenAsync(CancellationToken ct) =>
        await Open(ct) ?? throw new ContentVanishedException(File);
}

/// <summary>
/// A file was found and its content was not. When the file was replaced or removed between the two, and its old content
/// collected, looking again gives the answer.
/// </summary>
internal sealed class ContentVanishedException(FileRow file) : Exception($"The content of '{file.Path}' is missing.");

/// <summary>Finds a file and opens its content.</summary>
internal interface IFileLoader
{
    /// <summary>The file with this id, or null when the tenant has none.</summary>
    ValueTask<FileContent?> LoadAsync(string tenant, Guid id, CancellationToken ct);

    /// <summary>The file at this path, or null when the workspace has none.</summary>
    ValueTask<FileContent?> LoadAsync(WorkspaceRow workspace, string path, CancellationToken ct);
}
