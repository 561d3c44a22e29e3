namespace PerfKit.Caching.Internal;

/// <summary>
/// What was written while the tier was away, to be removed from it before it is read again. Values are not kept: another
/// process may have written a newer one meanwhile, and a removal is always right. Beyond its capacity everything is
/// removed. Guarded by its owner's lock.
/// </summary>
internal sealed class TierJournal(int capacity)
{
    public const string Everything = "*";

    private HashSet<string> _keys = [];
    private HashSet<string> _tags = [];

    public bool IsEmpty => _keys.Count == 0 && _tags.Count == 0;

    public int Count => _keys.Count + _tags.Count;

    public void Add(string? key, string? tag)
    {
        if (_tags.Contains(Everything))
        {
            return;
        }

        if (key is not null)
        {
            _keys.Add(key);
        }

        if (tag is not null)
        {
            _tags.Add(tag);
        }

        if (tag == Everything || Count > capacity)
        {
            _keys = [];
            _tags = [Everything];
        }
    }

    public Page Take()
    {
        var page = new Page(_keys, _tags);
        _keys = [];
        _tags = [];
        return page;
    }

    public void PutBack(Page page)
    {
        foreach (var tag in page.Tags)
        {
            Add(null, tag);
        }

        foreach (var key in page.Keys)
        {
            Add(key, null);
        }
    }

    public readonly record struct Page(HashSet<string> Keys, HashSet<string> Tags);
}
