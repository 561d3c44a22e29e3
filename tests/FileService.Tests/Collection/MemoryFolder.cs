using PerfKit.TestKit;

namespace FileService.Tests.Collection;

/// <summary>A throw-away folder in memory where the system has one, so that thousands of rounds do not wait for a disk.</summary>
internal sealed class MemoryFolder : IDisposable
{
    private const string SharedMemory = "/dev/shm";

    private readonly TempFolder? _onDisk;

    private MemoryFolder(string path, TempFolder? onDisk)
    {
        Path = path;
        _onDisk = onDisk;
    }

    public string Path { get; }

    public static MemoryFolder Create()
    {
        if (!Directory.Exists(SharedMemory))
        {
            var folder = new TempFolder();
            return new MemoryFolder(folder.Path, folder);
        }

        return new MemoryFolder(Directory.CreateDirectory($"{SharedMemory}/perfkit-{Guid.NewGuid():N}").FullName, null);
    }

    public void Dispose()
    {
        if (_onDisk is null)
        {
            Directory.Delete(Path, recursive: true);
        }

        _onDisk?.Dispose();
    }
}
