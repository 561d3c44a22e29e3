using PerfKit.Streaming;

namespace FileService.Setup;

/// <summary>
/// Where this instance keeps coded contents: below the data folder, which instances on one PostgreSQL may share, while a folder
/// of codings belongs to one process.
/// </summary>
internal static class CodingFolder
{
    private const int MaxInstances = 64;

    /// <exception cref="IOException">The data folder cannot be written.</exception>
    public static CodedContents Open(StorageOptions storage)
    {
        for (var instance = 1; ; instance++)
        {
            var name = instance == 1 ? "codings" : $"codings-{instance}";
            var options = new CodedContentsOptions
            {
                Folder = Path.Combine(storage.Root, name),
                CapacityBytes = storage.CodingCacheBytes,
            };
            try
            {
                return new CodedContents(options);
            }
            catch (IOException) when (instance < MaxInstances && Directory.Exists(options.Folder))
            {
                // Another instance has it.
            }
        }
    }
}
