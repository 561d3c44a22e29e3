namespace PerfKit.Caching.Internal;

/// <summary>
/// The quota of entries that only say that something is absent: the oldest leaves for the newest, so that invented keys
/// push each other out and no real value. Those that left otherwise count until their turn comes.
/// </summary>
internal sealed class NegativeEntries(int capacity, LocalCache<string, TieredEntry> table)
{
    private readonly Lock _gate = new();
    private readonly Queue<(string Key, TieredEntry Entry)> _oldestFirst = new();

    public void Add(string key, TieredEntry entry)
    {
        (string Key, TieredEntry Entry) oldest;
        lock (_gate)
        {
            _oldestFirst.Enqueue((key, entry));
            if (_oldestFirst.Count <= capacity)
            {
                return;
            }

            oldest = _oldestFirst.Dequeue();
        }

        table.Expire(oldest.Key, oldest.Entry);
    }
}
