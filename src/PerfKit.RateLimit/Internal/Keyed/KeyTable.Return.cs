namespace PerfKit.RateLimit.Internal.Keyed;

/// <content>What comes back: held permits, and spent ones that turned out useless.</content>
internal sealed partial class KeyTable
{
    /// <summary>Gives held permits back where they were spent. False when the table is left.</summary>
    public bool TryReturn(int place, int permits)
    {
        var spin = new SpinWait();
        long word;
        while ((word = Volatile.Read(ref _words[place])) == Changing || !TryEnter(place, word))
        {
            if (_isLeft)
            {
                return false;
            }

            spin.SpinOnce();
        }

        for (var i = 1; i < _limits.Length; i++)
        {
            if (_limits[i].IsHeld)
            {
                _words[place + (i * SetSlots)] -= permits;
            }
        }

        Volatile.Write(ref _words[place], _first.IsHeld ? word - permits : word);
        return true;
    }

    /// <summary>
    /// Undoes a spending of all limits of time. A place that is no longer the key's had rested, so nothing is missing; a
    /// shared one that the key has left keeps what was spent there. False when the table is left.
    /// </summary>
    public bool TryUndo(int place, long key, int permits, long spentAt, long now)
    {
        var spin = new SpinWait();
        while (true)
        {
            var seen = Volatile.Read(ref _words[place]);
            if (!IsStill(place, key) || (seen != Changing && TryUndo(place, key, seen, permits, spentAt, now)))
            {
                return true;
            }

            if (_isLeft)
            {
                return false;
            }

            spin.SpinOnce();
        }
    }

    private bool TryUndo(int place, long key, long seen, int permits, long spentAt, long now)
    {
        var after = _first.Undo(seen, permits, spentAt, now);
        if (_isAlone)
        {
            return after == seen || Interlocked.CompareExchange(ref _words[place], after, seen) == seen;
        }

        if (!TryEnter(place, seen))
        {
            return false;
        }

        var isStill = IsStill(place, key);
        for (var i = 1; i < _limits.Length && isStill; i++)
        {
            ref var word = ref _words[place + (i * SetSlots)];
            Volatile.Write(ref word, _limits[i].Undo(word, permits, spentAt, now));
        }

        Volatile.Write(ref _words[place], isStill ? after : seen);
        return true;
    }
}
