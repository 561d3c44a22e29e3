using FileService.Files.Conversions;
using PerfKit.Caching;
using PerfKit.Streaming;

namespace FileService.Files;

/// <summary>
/// What memory keeps of contents. Bytes under a hash never change, so nothing here is ever wrong; but once no file has a
/// content, its bytes would only take the room of others until they are evicted.
/// </summary>
internal sealed class KeptContents(
    [FromKeyedServices(FileLoader.CacheName)] IContentCache contents,
    [FromKeyedServices(FileConverter.CacheName)]
        ILocalCache<(ContentHash Hash, IConversion Conversion), byte[]> conversions,
    ConversionCatalog catalog
)
{
    /// <summary>Lets go of a content that a file no longer has. Another file that has the same bytes costs one read more.</summary>
    public void Forget(string hash)
    {
        contents.Remove(ContentKey.FromHex(hash));
        var key = ContentHash.Parse(hash, null);
        foreach (var conversion in catalog.All)
        {
            conversions.Remove((key, conversion));
        }
    }
}
