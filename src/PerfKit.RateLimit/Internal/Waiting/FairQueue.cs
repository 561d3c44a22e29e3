using System.Diagnostics;
using System.Threading.RateLimiting;

namespace PerfKit.RateLimit.Internal.Waiting;

/// <summary>
/// A line for each key, and the lines take turns (deficit round robin, Shreedhar and Varghese 1995): at each turn a line
/// may spend one permit more, so a wish for many waits that many rounds. A full queue turns away from its longest line.
/// </summary>
internal sealed class FairQueue(int limit, QueueProcessingOrder order) : WaitQueue(limit, order)
{
    private const int MostSpare = 1_024;

    private readonly Dictionary<LimitKey, Line> _lines = [];
    private readonly Queue<Line> _turns = []; // Each line once; a line that emptied leaves when its turn comes.
    private readonly Stack<Line> _spare = [];

    public override bool MayOvertake => false;

    public override Waiter? Next
    {
        get
        {
            var passed = 0;
            while (_turns.TryPeek(out var line))
            {
                if (line.Waiters.Next is not { } waiter)
                {
                    Drop(line);
                    continue;
                }

                if (!line.MayTake(waiter))
                {
                    if (passed > _turns.Count)
                    {
                        SkipRounds();
                        passed = 0;
                    }

                    line.Credit++;
                }

                if (line.MayTake(waiter))
                {
                    return waiter;
                }

                _turns.Enqueue(_turns.Dequeue());
                passed++;
            }

            return null;
        }
    }

    public override IEnumerable<Waiter> Waiters => _turns.SelectMany(static it => it.Waiters.Waiters);

    public override void Change(int limit, QueueProcessingOrder order)
    {
        base.Change(limit, order);
        foreach (var line in _turns.Concat(_spare))
        {
            line.Waiters.Change(int.MaxValue, order);
        }
    }

    public override bool MayHold(int permits, LimitKey key) =>
        Limit > 0
        && (
            permits <= Limit - Queued
            || (
                permits <= Limit
                && Longest() is { } longest
                && longest.Waiters.Queued - permits >= QueuedOf(key) + permits
            )
        );

    public override Waiter TurnAway()
    {
        var waiters = Longest()!.Waiters;
        var last = (Order == QueueProcessingOrder.OldestFirst ? waiters.Newest : waiters.Oldest)!;
        Remove(last);
        return last;
    }

    public override void Add(Waiter waiter)
    {
        if (!_lines.TryGetValue(waiter.Key, out var line))
        {
            line = _spare.TryPop(out var spare) ? spare : new Line(Order);
            line.Key = waiter.Key;
            _lines.Add(waiter.Key, line);
            _turns.Enqueue(line);
        }

        line.Waiters.Add(waiter);
        Queued += waiter.Permits;
    }

    public override void Remove(Waiter waiter)
    {
        _lines[waiter.Key].Waiters.Remove(waiter);
        Queued -= waiter.Permits;
    }

    public override void Take(Waiter waiter)
    {
        var line = _turns.Peek();
        line.Credit -= Line.CostOf(waiter);
        Remove(waiter);
        if (line.Waiters.Next is not { } next || !line.MayTake(next))
        {
            _turns.Enqueue(_turns.Dequeue());
        }
    }

    private long QueuedOf(LimitKey key) => _lines.TryGetValue(key, out var line) ? line.Waiters.Queued : 0;

    private Line? Longest() => _turns.MaxBy(static it => it.Waiters.Queued);

    /// <summary>When a whole round served nobody: gives every line at once the turns that the nearest one lacks.</summary>
    private void SkipRounds()
    {
        var missing = long.MaxValue;
        foreach (var line in _turns)
        {
            if (line.Waiters.Next is { } waiter)
            {
                missing = Math.Min(missing, Line.CostOf(waiter) - line.Credit);
            }
        }

        Debug.Assert(missing > 0, "Nobody could be served in that round.");
        foreach (var line in _turns)
        {
            line.Credit += missing - 1;
        }
    }

    private void Drop(Line line)
    {
        _turns.Dequeue();
        _lines.Remove(line.Key);
        line.Credit = 0;
        if (_spare.Count < MostSpare)
        {
            _spare.Push(line);
        }
    }

    private sealed class Line(QueueProcessingOrder order)
    {
        public LimitKey Key { get; set; }

        /// <summary>Permits of past turns that are not spent.</summary>
        public long Credit { get; set; }

        public OrderedQueue Waiters { get; } = new(int.MaxValue, order);

        public static int CostOf(Waiter waiter) => Math.Max(waiter.Permits, 1);

        public bool MayTake(Waiter waiter) => Credit >= CostOf(waiter);
    }
}
