namespace PerfKit.RateLimit.Internal.Keyed;

/// <content>How places change hands, and the words of a place are taken hold of.</content>
internal sealed partial class KeyTable
{
    private int Claim(long key, long now)
    {
        lock (_locks[(int)key & (LockCount - 1)])
        {
            if (_isLeft)
            {
                return NoPlace;
            }

            var place = Find(key, everywhere: true);
            if (place >= 0)
            {
                return place;
            }

            while ((place = FindRoom(key, now)) >= 0)
            {
                if (TryFree(place, now))
                {
                    return TryMoveIn(place, key) ? place : SharedOf(key);
                }
            }

            return SharedOf(key);
        }
    }

    /// <summary>A place that the key could have, or -1.</summary>
    private int FindRoom(long key, long now)
    {
        for (var choice = 0; choice < Choices; choice++)
        {
            var first = OwnersOf(key, choice) + SetSlots;
            for (var place = first; place < first + SetSlots; place++)
            {
                if (Volatile.Read(ref _words[place]) != Changing && IsFree(place, _words[place], now))
                {
                    return place;
                }
            }
        }

        return -1;
    }

    /// <summary>Whether nobody owns the place, or its limits are rested: then its owner loses nothing.</summary>
    private bool IsFree(int place, long word, long now)
    {
        if (Volatile.Read(ref _words[place - SetSlots]) == NoOwner)
        {
            return true;
        }

        var isRested = _first.IsRested(word, now);
        for (var i = 1; i < _limits.Length && isRested; i++)
        {
            isRested = _limits[i].IsRested(Volatile.Read(ref _words[place + (i * SetSlots)]), now);
        }

        return isRested;
    }

    private bool TryFree(int place, long now)
    {
        var seen = Volatile.Read(ref _words[place]);
        if (seen == Changing || !IsFree(place, seen, now) || !TryEnter(place, seen))
        {
            return false;
        }

        if (IsFree(place, seen, now))
        {
            return true;
        }

        Volatile.Write(ref _words[place], seen);
        return false;
    }

    /// <summary>
    /// Makes the key the owner of a freed place. It may have spent from the shared words before: it takes that debt along.
    /// Held permits cannot move, so while some of the shared ones are held, nobody moves out of there.
    /// </summary>
    private bool TryMoveIn(int place, long key)
    {
        Interlocked.Exchange(ref _words[place - SetSlots], key); // Seen before the shared words are read.
        var shared = SharedOf(key);
        var word = _isAlone ? Volatile.Read(ref _words[shared]) : Enter(shared);
        var isHeld = _first.IsHeld && word != 0;
        for (var i = 1; i < _limits.Length; i++)
        {
            var other = _words[shared + (i * SetSlots)];
            isHeld |= _limits[i].IsHeld && other != 0;
            Volatile.Write(ref _words[place + (i * SetSlots)], other);
        }

        if (isHeld)
        {
            Volatile.Write(ref _words[place - SetSlots], Gone);
            for (var i = 1; i < _limits.Length; i++)
            {
                Volatile.Write(ref _words[place + (i * SetSlots)], 0);
            }
        }

        if (!_isAlone)
        {
            Volatile.Write(ref _words[shared], word);
        }

        Volatile.Write(ref _words[place], isHeld ? 0 : word);
        return !isHeld;
    }

    private bool TryRead(int place, Span<long> words)
    {
        words[0] = Volatile.Read(ref _words[place]);
        ReadRest(place, words);
        return words[0] != Changing;
    }

    private void ReadRest(int place, Span<long> words)
    {
        for (var i = 1; i < words.Length; i++)
        {
            words[i] = Volatile.Read(ref _words[place + (i * SetSlots)]);
        }
    }

    private bool TryEnter(int place, long seen) =>
        Interlocked.CompareExchange(ref _words[place], Changing, seen) == seen;

    /// <summary>
    /// Takes hold of the words of a place; writing its first word lets go of them. For whoever has a claim's lock: then the
    /// table is not left meanwhile.
    /// </summary>
    private long Enter(int place)
    {
        var spin = new SpinWait();
        long seen;
        while ((seen = Volatile.Read(ref _words[place])) == Changing || !TryEnter(place, seen))
        {
            spin.SpinOnce();
        }

        return seen;
    }
}
