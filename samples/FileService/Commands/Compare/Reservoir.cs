namespace FileService.Commands.Compare;

/// <summary>A fair draw from a stream of unknown length (Vitter's algorithm R), repeatable by its seed.</summary>
internal sealed class Reservoir<T>(int capacity, int seed)
{
    private readonly Random _random = new(seed);
    private readonly List<T> _drawn = [];
    private long _seen;

    public void Offer(T item)
    {
        _seen++;
        if (_drawn.Count < capacity)
        {
            _drawn.Add(item);
        }
        else if (_random.NextInt64(_seen) is var at && at < capacity)
        {
            _drawn[(int)at] = item;
        }
    }

    /// <summary>What was drawn, shuffled.</summary>
    public T[] Draw()
    {
        var drawn = _drawn.ToArray();
        _random.Shuffle(drawn);
        return drawn;
    }
}
