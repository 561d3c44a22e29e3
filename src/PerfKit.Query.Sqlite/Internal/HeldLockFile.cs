namespace PerfKit.Query.Internal;

/// <summary>The open lock file. Disposing clears the owner's note, then lets the file go; the file itself stays.</summary>
internal sealed class HeldLockFile(FileStream file, string ownerPath) : IAsyncDisposable
{
    private int _disposed;

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        try
        {
            File.Delete(ownerPath);
        }
        finally
        {
            await file.DisposeAsync().ConfigureAwait(false);
        }
    }
}
