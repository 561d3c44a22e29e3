namespace PerfKit.Caching.Internal.RedisTiers;

/// <summary>
/// By which a message that comes twice is told from a gap. Behind a failover of a cluster the client may be subscribed
/// at two nodes, each of which sends everything. The number alone does not tell: an older copy that took over counts
/// again from what it had. That one would have to send the same change by the same process under the same number, and
/// then the heartbeat finds it.
/// </summary>
internal sealed class RecentMessages
{
    private const int Kept = 256; // Of a shard: what one of two nodes is ahead of the other.
    private readonly ulong[] _hashes = new ulong[Kept];

    /// <summary>Remembers it in the place of what came 256 places before; false if it has come.</summary>
    public bool Add(long place, ulong hash)
    {
        ref var kept = ref _hashes[place & (Kept - 1)];
        if (kept == hash)
        {
            return false;
        }

        kept = hash;
        return true;
    }
}
