namespace PerfKit.Benchmarks.HitRatio.Policies;

/// <summary>A queue of ids from which any can be taken, in arrays.</summary>
internal sealed class IdList
{
    private readonly int[] _newer;
    private readonly int[] _older;
    private readonly bool[] _contains;
    private readonly int _end; // The sentinel: its older is the newest, its newer the oldest.

    public IdList(int distinct)
    {
        _newer = new int[distinct + 1];
        _older = new int[distinct + 1];
        _contains = new bool[distinct];
        _end = distinct;
        _newer[_end] = _older[_end] = _end;
    }

    public int Count { get; private set; }

    public bool Contains(int id) => _contains[id];

    public void Add(int id)
    {
        var newest = _older[_end];
        (_older[id], _newer[id]) = (newest, _end);
        _newer[newest] = _older[_end] = id;
        _contains[id] = true;
        Count++;
    }

    public void Remove(int id)
    {
        (_newer[_older[id]], _older[_newer[id]]) = (_newer[id], _older[id]);
        _contains[id] = false;
        Count--;
    }

    public int TakeOldest()
    {
        var oldest = _newer[_end];
        Remove(oldest);
        return oldest;
    }
}
