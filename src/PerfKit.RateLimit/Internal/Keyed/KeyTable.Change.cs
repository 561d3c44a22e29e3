namespace PerfKit.RateLimit.Internal.Keyed;

/// <content>How other limits take the place of these while threads decide.</content>
internal sealed partial class KeyTable
{
    private Dictionary<int, Beyond>? _beyond; // By word, counted from the start.
    private volatile bool _isLeft;

    /// <summary>
    /// Makes a table of other limits, as many and of the same kinds, in which each key has spent what it has spent here.
    /// Each word is taken here when it is carried over, and stays taken: decisions before are in the new table, and later
    /// ones must be made there. Until a key's word is taken, it decides here without waiting.
    /// </summary>
    /// <param name="limits">The limits.</param>
    /// <param name="clock">The time, read again for each key: nothing in a word is later.</param>
    /// <returns>The table.</returns>
    public KeyTable LeaveFor(IReadOnlyList<LimitOptions> limits, LimitClock clock)
    {
        var now = clock.Now;
        var next = new KeyTable([.. limits.Select((it, i) => new KeyLimit(it, now, _limits[i]))], _sets, Version + 1);
        foreach (var claims in _locks)
        {
            claims.Enter();
        }

        _isLeft = true; // Before the first word is taken, so whoever finds one taken for good knows why.
        CarryOver(next, clock);
        foreach (var claims in _locks)
        {
            claims.Exit();
        }

        return next;
    }

    private void CarryOver(KeyTable next, LimitClock clock)
    {
        for (var set = 0; set < _sets; set++)
        {
            var first = _setsAt + (set * _setWords) + SetSlots;
            for (var place = first; place < first + SetSlots; place++)
            {
                var owner = _words[place - SetSlots];
                if (owner != NoOwner)
                {
                    next._words[place - SetSlots - Start + next.Start] = owner;
                    CarryOver(place, owner, next, clock);
                }
            }
        }

        for (var set = 0; set < _sets; set++)
        {
            CarryOver(SharedIn(set), NoOwner, next, clock);
        }
    }

    private void CarryOver(int place, long owner, KeyTable next, LimitClock clock)
    {
        var word = Enter(place);
        var now = clock.Now;
        for (var i = 0; i < _limits.Length; i++)
        {
            var at = place + (i * SetSlots) - Start;
            word = i == 0 ? word : _words[Start + at];
            var known = default(Beyond);
            var isKnown = _beyond?.TryGetValue(at, out known) == true && known.Owner == owner && now < known.Until;
            var shares = isKnown ? known.Shares : 0;
            next._words[next.Start + at] = next._limits[i].Take(_limits[i], word, now, ref shares);
            if (shares > 0)
            {
                var until = Math.Max(_limits[i].RestedAt(word), isKnown ? known.Until : long.MinValue);
                (next._beyond ??= [])[at] = new Beyond(owner, shares, until);
            }
        }
    }

    /// <summary>
    /// What a key had spent beyond a smaller limit, in shares of a permit. It counts again when the limit is raised, unless
    /// it would have come back by then.
    /// </summary>
    private readonly record struct Beyond(long Owner, Int128 Shares, long Until);
}
