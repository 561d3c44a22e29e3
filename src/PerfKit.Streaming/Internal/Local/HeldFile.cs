using Microsoft.Win32.SafeHandles;

namespace PerfKit.Streaming.Internal;

/// <summary>An open file that <see cref="HeldFiles"/> and any number of readers share; closed by the last one's dispose.</summary>
/// <param name="handle">The file.</param>
/// <param name="state">What it was when it was opened by its name.</param>
/// <param name="turn">When that was, in turns of the table.</param>
internal sealed class HeldFile(SafeFileHandle handle, FileState state, int turn) : IDisposable
{
    private int _users = 1;

    public SafeFileHandle Handle => handle;

    public long Length => state.Length;

    public int Turn => turn;

    /// <summary>False when the file was closed in this very moment.</summary>
    public bool TryUse()
    {
        for (var users = Volatile.Read(ref _users); users > 0; )
        {
            var seen = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (seen == users)
            {
                return true;
            }

            users = seen;
        }

        return false;
    }

    /// <summary>Whether its name still leads to it, as far as the file itself can tell.</summary>
    public bool IsUnchanged() => UnixCalls.TryGetState(handle, out var now) && now == state;

    /// <summary>Ends one use; each user calls it once.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            handle.Dispose();
        }
    }
}
