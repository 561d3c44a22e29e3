namespace PerfKit.RateLimit.Tests.Changing;

/// <summary>
/// All that ever happened to one limit, counted anew each time: once as if nothing had been spent in vain and all came back
/// in time, which bounds what may be admitted, and once as late as it is documented, which must be.
/// </summary>
internal sealed class Ledger
{
    private readonly List<Entry> _entries = [];
    private LimitOptions _options;

    /// <summary>Begins at time 0.</summary>
    public Ledger(LimitOptions options)
    {
        _options = options;
        Change(options, 0);
    }

    public int Permits => _options.Permits;

    public int Count => _entries.Count;

    public bool May(int count, long now) => Replay(isLate: false, now).Spent(now) + Math.Max(count, 1) <= Permits;

    public bool Must(int count, long now) => Replay(isLate: true, now).Spent(now) + Math.Max(count, 1) <= Permits;

    public void Spend(int count, long now) => _entries.Add(new(now, count));

    public void Change(LimitOptions next, long now)
    {
        _options = next;
        _entries.Add(new(now, 0) { Next = next });
    }

    /// <summary>The lease of that entry was disposed.</summary>
    public void Return(int entry)
    {
        if (_options.Algorithm == LimitAlgorithm.Concurrency)
        {
            _entries[entry].IsReturned = true;
        }
    }

    /// <summary>
    /// What that entry spent was in vain. It certainly comes back if at once, or from a count by time, and when no change
    /// was at that very instant or after it.
    /// </summary>
    public void GiveBack(int entry, long now)
    {
        var spent = _entries[entry];
        spent.IsUndone = true;
        spent.IsUndoneForCertain =
            (now == spent.At || _options.Algorithm != LimitAlgorithm.TokenBucket)
            && _entries.Skip(1).All(it => it.Next is null || it.At < spent.At);
    }

    private Tally Replay(bool isLate, long until)
    {
        var tally = new Tally(_entries[0].Next!, 0, isLate);
        foreach (var entry in _entries.TakeWhile(it => it.At <= until))
        {
            var isGone =
                tally.IsHeld ? entry.IsReturned
                : isLate ? entry.IsUndoneForCertain
                : entry.IsUndone;
            if (entry.Next is { } next)
            {
                tally = tally.Changed(next, entry.At);
            }
            else if (!isGone)
            {
                tally.Spend(entry.Count, entry.At);
            }
        }

        return tally;
    }

    private sealed class Entry(long at, int count)
    {
        public long At => at;

        public int Count => count;

        public LimitOptions? Next { get; init; }

        public bool IsReturned { get; set; }

        public bool IsUndone { get; set; }

        public bool IsUndoneForCertain { get; set; }
    }
}
