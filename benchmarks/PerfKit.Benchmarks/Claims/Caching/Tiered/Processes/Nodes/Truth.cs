using System.Diagnostics;
using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;

namespace PerfKit.Benchmarks.Claims.Caching.Tiered.Processes.Nodes;

/// <summary>
/// The database of the nodes: a version a key, in memory they share as a file. A write first counts the version up, as a
/// transaction does, and says so when the cache has been told. What a reader gets must not be older than what was complete
/// when it began.
/// </summary>
internal sealed class Truth : IDisposable
{
    public const int Keys = 256;

    /// <summary>Instead of a moment where the write waits for Redis to come back.</summary>
    public const long Unheard = 0;

    private const int Fields = 8; // One cache line a key.
    private const int Current = 0;
    private const int Completed = 1;
    private const int CompletedAt = 2;
    private const int Writer = 3;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly nint _start;

    private Truth(MemoryMappedFile file)
    {
        _file = file;
        _view = file.CreateViewAccessor();
        _start = _view.SafeMemoryMappedViewHandle.DangerousGetHandle() + (nint)_view.PointerOffset;
    }

    /// <summary>A path for one, to be deleted by its owner.</summary>
    public static string NewPath() => Path.Combine(Path.GetTempPath(), $"perfkit-truth-{Guid.NewGuid():N}");

    public static Truth Open(string path) =>
        new(MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, null, Keys * Fields * sizeof(long)));

    /// <summary>What the database has now.</summary>
    public long CurrentOf(int key) => Volatile.Read(ref Field(key, Current));

    /// <summary>The newest version of which the cache was told, and when that was complete, by the clock of the machine.</summary>
    public (long Version, long At) CompletedOf(int key)
    {
        while (true)
        {
            var version = Volatile.Read(ref Field(key, Completed));
            var at = Volatile.Read(ref Field(key, CompletedAt));
            if (version == Volatile.Read(ref Field(key, Completed)))
            {
                return (version, at);
            }
        }
    }

    /// <summary>One writer a key: of two that overlap nobody could say which should win.</summary>
    public bool TryBegin(int key) => Interlocked.CompareExchange(ref Field(key, Writer), 1, 0) == 0;

    /// <summary>The version the database has from now on.</summary>
    public long Write(int key) => Interlocked.Increment(ref Field(key, Current));

    /// <summary>The cache has been told of this version.</summary>
    public void Complete(int key, long version, bool isHeard)
    {
        Volatile.Write(ref Field(key, CompletedAt), isHeard ? Stopwatch.GetTimestamp() : Unheard);
        Volatile.Write(ref Field(key, Completed), version);
        Volatile.Write(ref Field(key, Writer), 0);
    }

    /// <summary>Nothing was written.</summary>
    public void Leave(int key) => Volatile.Write(ref Field(key, Writer), 0);

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }

    private ref long Field(int key, int field) =>
        ref Unsafe.AddByteOffset(ref Unsafe.NullRef<long>(), _start + (((key * Fields) + field) * sizeof(long)));
}
