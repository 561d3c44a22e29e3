namespace PerfKit.Benchmarks.HitRatio.Policies;

/// <summary>
/// S3-FIFO as in Yang et al., "FIFO queues are all you need for cache eviction" (SOSP 2023), algorithm 1: a small queue of
/// a tenth, a main queue, a ghost queue as long as the main one, and counters up to 3.
/// </summary>
internal sealed class S3Fifo
{
    private readonly IdList _small;
    private readonly IdList _main;
    private readonly IdList _ghost;
    private readonly byte[] _uses;
    private readonly int _capacity;
    private readonly int _smallCapacity;
    private readonly int _mainCapacity;

    private S3Fifo(int distinct, int capacity)
    {
        (_small, _main, _ghost) = (new IdList(distinct), new IdList(distinct), new IdList(distinct));
        _uses = new byte[distinct];
        _capacity = capacity;
        _smallCapacity = Math.Max(1, capacity / 10);
        _mainCapacity = Math.Max(1, capacity - _smallCapacity);
    }

    public static int Hits(KeyStream stream, int capacity)
    {
        var cache = new S3Fifo(stream.Distinct, capacity);
        return stream.Ids.Count(cache.Access);
    }

    private bool Access(int id)
    {
        if (_small.Contains(id) || _main.Contains(id))
        {
            _uses[id] = (byte)Math.Min(_uses[id] + 1, 3);
            return true;
        }

        while (_small.Count + _main.Count >= _capacity)
        {
            Evict();
        }

        _uses[id] = 0;
        if (_ghost.Contains(id))
        {
            _ghost.Remove(id);
            _main.Add(id);
        }
        else
        {
            _small.Add(id);
        }

        return false;
    }

    private void Evict()
    {
        if (_small.Count >= _smallCapacity || _main.Count == 0)
        {
            EvictSmall();
        }
        else
        {
            EvictMain();
        }
    }

    private void EvictSmall()
    {
        while (_small.Count > 0)
        {
            var id = _small.TakeOldest();
            if (_uses[id] <= 1)
            {
                Remember(id);
                return;
            }

            _uses[id] = 0;
            if (_main.Count >= _mainCapacity)
            {
                EvictMain();
            }

            _main.Add(id);
        }
    }

    private void EvictMain()
    {
        while (_main.Count > 0)
        {
            var id = _main.TakeOldest();
            if (_uses[id] == 0)
            {
                return;
            }

            _uses[id]--;
            _main.Add(id);
        }
    }

    private void Remember(int id)
    {
        if (_ghost.Count >= _mainCapacity)
        {
            _ghost.TakeOldest();
        }

        _ghost.Add(id);
    }
}
