using PerfKit.Caching.Internal.Memory;

namespace PerfKit.Caching.Tests.Memory;

/// <summary>A machine whose memory a test fills.</summary>
internal sealed class FakeMemoryLimits : IMemoryLimits
{
    public long LimitBytes { get; init; } = 100 << 20;

    public long LoadBytes { get; set; }

    public int Looks { get; private set; }

    public (long UsedBytes, long OfBytes)? ReadLoad()
    {
        Looks++;
        return (LoadBytes, LimitBytes);
    }
}
