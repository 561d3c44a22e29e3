namespace PerfKit.Caching.Internal.Contents;

/// <summary>The last contents that were not kept and why, for <c>Explain</c>. A ring; guarded by the cache's gate.</summary>
internal sealed class RefusalLog
{
    public const int Length = 64;

    private readonly (ContentKey Key, string Why)[] _ring = new (ContentKey, string)[Length];
    private int _next;

    public void Add(ContentKey key, string why)
    {
        Remove(key);
        _ring[_next] = (key, why);
        _next = (_next + 1) % Length;
    }

    public string? Find(ContentKey key) =>
        Array.Find(_ring, refusal => refusal.Why is not null && refusal.Key == key).Why;

    public void Remove(ContentKey key)
    {
        for (var i = 0; i < Length; i++)
        {
            if (_ring[i].Why is not null && _ring[i].Key == key)
            {
                _ring[i] = default;
            }
        }
    }
}
