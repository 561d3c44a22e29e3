namespace PerfKit.Caching.Internal.RedisTiers;

/// <summary>
/// What shards know, told as of one tier: it begins as lost, is restored with the last shard that hears, and lost with the
/// first that does not.
/// </summary>
internal sealed class Telling
{
    private readonly HashSet<Shard> _silent = [];
    private readonly Lock _gate = new();
    private volatile ICacheTierListener? _listener;

    public ICacheTierListener? Listener => _listener;

    /// <summary>Nothing is heard before the shards are there and listen, however long the first connection takes.</summary>
    public void Begin(ICacheTierListener listener)
    {
        lock (_gate)
        {
            _listener = listener;
            listener.Lost();
        }
    }

    public void End() => _listener = null;

    /// <summary>The shards there are. None of them hears yet, which was told already.</summary>
    public void Expect(Shard[] shards)
    {
        lock (_gate)
        {
            _silent.UnionWith(shards);
        }
    }

    public void Lost(Shard shard)
    {
        lock (_gate) // Held while telling, so that the last word told is the last that happened.
        {
            if (_silent.Add(shard) && _silent.Count == 1)
            {
                _listener?.Lost();
            }
        }
    }

    public void Heard(Shard shard)
    {
        lock (_gate)
        {
            if (_silent.Remove(shard) && _silent.Count == 0)
            {
                _listener?.Restored();
            }
        }
    }
}
