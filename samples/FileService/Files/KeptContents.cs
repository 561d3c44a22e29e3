using FileService.Data;
using FileService.Files.Caching;
using FileService.Files.Conversions;
using PerfKit.Caching;

namespace FileService.Files;

/// <summary>
/// What is kept of contents. Bytes under a hash never change, so nothing here is ever wrong; but once no file has a
/// content, its bytes would only take the room of others until they are evicted.
/// </summary>
internal sealed class KeptContents(
    [FromKeyedServices(FileLoader.CacheName)] IContentCache contents,
    [FromKeyedServices(FileConverter.CacheName)] TieredCache conversions,
    ConversionCatalog catalog
)
{
    /// <summary>Lets go of contents that files no longer have. Another file that has the same bytes costs one read more.</summary>
    public async ValueTask ForgetAsync(IReadOnlyList<FileRow> files)
    {
        foreach (var file in files)
        {
            contents.Remove(ContentKey.FromHex(file.ContentHash));
        }

        await conversions.RemoveAsync(
            from file in files
            from target in catalog.TargetsFor(file.ContentType)
            select CacheKeys.Conversion(file.ContentHash, file.ContentType, target)
        );
    }
}
