using System.Diagnostics;

namespace PerfKit.Streaming.Internal;

/// <summary>Counts the bytes a memory store holds; takes before they are held, so the bound is never passed.</summary>
internal sealed class MemoryQuota(long capacityBytes)
{
    private long _usedBytes;

    public void Take(long bytes)
    {
        if (Interlocked.Add(ref _usedBytes, bytes) > capacityBytes)
        {
            Return(bytes);
            throw new ContentStoreFullException(
                $"The memory content store holds at most {capacityBytes} bytes; {bytes} more do not fit."
            );
        }
    }

    public void Return(long bytes)
    {
        var left = Interlocked.Add(ref _usedBytes, -bytes);
        Debug.Assert(left >= 0, "More bytes were given back than taken.");
    }
}
