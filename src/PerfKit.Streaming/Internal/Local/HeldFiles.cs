using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;

namespace PerfKit.Streaming.Internal;

/// <summary>
/// Contents that were opened a moment ago, still open: opening one again costs one system call in place of six. A file is
/// held for one to two seconds after its name was looked up, however often it is read. See README.md.
/// </summary>
internal sealed class HeldFiles
{
    private const int LargestMostFiles = 4096;
    private const int DescriptorShare = 8;

    private const long RestNanoseconds = 1_000_000_000; // Far more than a tick of the clock that dates changes.

    private static readonly TimeSpan TurnTime = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<ContentHash, HeldFile> _files = new();
    private readonly TimeProvider _clock;
    private readonly ITimer _timer; // Set while files are held; nothing to dispose of otherwise.
    private int _count;
    private int _turn;

    public HeldFiles(TimeProvider clock)
    {
        _clock = clock;
        _timer = clock.CreateTimer(
            static self => ((HeldFiles)self!).EndTurn(),
            this,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan
        );
    }

    /// <summary>Most files held; one more is opened and closed as if there were no table.</summary>
    public static int MostFiles { get; } = MostFilesOf(UnixCalls.MostDescriptors());

    /// <summary>Descriptors are the sockets' first of all: an eighth of what the process may have, 4,096 at most.</summary>
    public static int MostFilesOf(ulong descriptors) => (int)Math.Min(descriptors / DescriptorShare, LargestMostFiles);

    /// <summary>A use of the content's file, if it is held and was not deleted, replaced or written to since.</summary>
    public HeldFile? TryUse(ContentHash hash)
    {
        if (!_files.TryGetValue(hash, out var file) || !file.TryUse())
        {
            return null;
        }

        if (file.IsUnchanged())
        {
            return file;
        }

        file.Dispose();
        Remove(hash, file);
        return null;
    }

    /// <summary>
    /// A use of a file that was opened just now, and which the table holds on to from here on. Not one that has just changed:
    /// it may have lost its name since it was opened, and a change in the same tick would not show.
    /// </summary>
    /// <returns>Null when the file is not to be held; the handle stays the caller's.</returns>
    public HeldFile? Hold(ContentHash hash, SafeFileHandle handle)
    {
        if (!UnixCalls.TryGetState(handle, out var state) || state.ChangedAt > Now() - RestNanoseconds)
        {
            return null;
        }

        var file = new HeldFile(handle, state, Volatile.Read(ref _turn));
        var count = Interlocked.Increment(ref _count); // Never fewer than the table has.
        if (count > MostFiles || !file.TryUse())
        {
            Interlocked.Decrement(ref _count);
        }
        else if (!_files.TryAdd(hash, file))
        {
            file.Dispose();
            Interlocked.Decrement(ref _count);
        }
        else if (count == 1)
        {
            _timer.Change(TurnTime, Timeout.InfiniteTimeSpan);
        }

        return file;
    }

    private long Now() => (_clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;

    private void EndTurn()
    {
        var turn = Interlocked.Increment(ref _turn) - 1;
        foreach (var (hash, file) in _files)
        {
            if (file.Turn < turn)
            {
                Remove(hash, file);
            }
        }

        if (Volatile.Read(ref _count) > 0)
        {
            _timer.Change(TurnTime, Timeout.InfiniteTimeSpan);
        }
    }

    private void Remove(ContentHash hash, HeldFile file)
    {
        if (_files.TryRemove(KeyValuePair.Create(hash, file)))
        {
            Interlocked.Decrement(ref _count);
            file.Dispose();
        }
    }
}
