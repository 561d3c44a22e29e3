namespace PerfKit.Caching.Internal;

/// <summary>
/// Writes of a key that are on their way to the second tier. Two that overlap, or one and a removal from elsewhere, may
/// arrive there in either order; so none of them is published in this process, and the next reader asks the tier.
/// </summary>
internal sealed class PendingWrites
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Mark> _marks = [];

    public Mark Begin(string key)
    {
        lock (_gate)
        {
            if (_marks.TryGetValue(key, out var mark))
            {
                mark.IsOvertaken = true;
            }
            else
            {
                mark = _marks[key] = new Mark();
            }

            mark.Writers++;
            return mark;
        }
    }

    /// <summary>Publishes under the lock, so that nobody overtakes between the question and the deed.</summary>
    public void End<TState>(string key, Mark mark, TState state, Action<TState, bool> publish)
    {
        lock (_gate)
        {
            if (--mark.Writers == 0)
            {
                _marks.Remove(key);
            }

            publish(state, !mark.IsOvertaken);
        }
    }

    public void Overtake(string key)
    {
        lock (_gate)
        {
            if (_marks.TryGetValue(key, out var mark))
            {
                mark.IsOvertaken = true;
            }
        }
    }

    public void OvertakeAll()
    {
        lock (_gate)
        {
            foreach (var mark in _marks.Values)
            {
                mark.IsOvertaken = true;
            }
        }
    }

    internal sealed class Mark
    {
        public int Writers { get; set; }

        public bool IsOvertaken { get; set; }
    }
}
