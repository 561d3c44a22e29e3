using PerfKit.Caching.Internal;

namespace PerfKit.Caching.Tests.Eviction;

internal sealed class TestNode(uint hash, long weight = 1, long expiresAtMilliseconds = long.MaxValue)
    : PolicyNode(hash, weight, expiresAtMilliseconds)
{
    public int Key { get; init; }
}
