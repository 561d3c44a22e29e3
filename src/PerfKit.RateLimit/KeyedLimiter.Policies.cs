using System.Threading.RateLimiting;
using PerfKit.RateLimit.Internal.Keyed;
using PerfKit.RateLimit.Internal.Leases;

namespace PerfKit.RateLimit;

/// <content>What policies need, which count for themselves: change the limits, look first, give back.</content>
public sealed partial class KeyedLimiter<TResource>
{
    private readonly Lock _changing = new();

    /// <summary>
    /// Replaces the limits while others decide. Each key has spent of a new limit what it had spent of the one before it;
    /// held permits stay held. Makes a table of the size of the one there is and copies it: nobody waits longer.
    /// </summary>
    /// <exception cref="ArgumentException">A value lies outside its range, or the limits are not as many, or not of these kinds.</exception>
    internal void Change(IReadOnlyList<LimitOptions> limits)
    {
        var read = KeyedLimits.Read(limits);
        lock (_changing)
        {
            if (KeyedLimits.ChangeFault(Limits, read) is { } fault)
            {
                throw new ArgumentException(fault, nameof(limits));
            }

            if (!KeyedLimits.AreSame(Limits, read))
            {
                _table = _table.LeaveFor(read, _clock);
                Limits = read;
            }
        }
    }

    /// <summary>
    /// Decides, and counts nothing. A request for more than the key ever has is refused without an end, because the limits
    /// may have become smaller.
    /// </summary>
    internal RateLimitDecision Spend(LimitKey key, int permits, out Spending spending)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var word = 0L;
        var words = _count == 1 ? new Span<long>(ref word) : stackalloc long[_count];
        var wait = Spend(key, permits, words, out var table, out var now, out var place);
        spending = new Spending(now, place - table.Start, table.Version);
        return table.Decision(wait, words, now);
    }

    /// <summary>What <see cref="Spend(LimitKey, int, out Spending)"/> would say. Writes nothing and claims no place.</summary>
    internal RateLimitDecision Look(LimitKey key, int permits)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var word = 0L;
        var words = _count == 1 ? new Span<long>(ref word) : stackalloc long[_count];
        var table = Peek(key, words, out var now);
        var wait = table.Ask(words, permits, now);
        if (wait == 0)
        {
            table.Spend(words, permits, now);
        }

        return table.Decision(wait, words, now);
    }

    /// <summary>
    /// Undoes an admitted spending that turned out useless, once. Held permits come back as from their lease, which must
    /// then not be made; others as far as they have certainly not come back by themselves, so it should be soon, and not
    /// if the limits were changed meanwhile.
    /// </summary>
    internal void GiveBack(LimitKey key, int permits, Spending spending)
    {
        if (permits == 0)
        {
            return;
        }

        if (_isHeld)
        {
            ((IHolder)this).Return(permits, spending.Place);
        }

        var table = _table;
        if (table.Version == spending.Version)
        {
            // If the table is left now, the spending was carried over and stays.
            table.TryUndo(table.Start + spending.Place, KeyTable.NameOf(key), permits, spending.Time, _clock.Now);
        }
    }

    /// <summary>The lease of an admitted spending: gives held permits back when it is disposed.</summary>
    internal RateLimitLease Hold(int permits, Spending spending) => LeaseOf(0, permits, spending.Place);

    /// <summary>What the key has left of each limit and when it gets more, such as <c>0 of 20 permits of 2 s, the next in 100 ms</c>.</summary>
    internal string Describe(LimitKey key, out bool isShared)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var words = new long[_count];
        var table = Peek(key, words, out var now);
        isShared = table.IsWithoutRoom(KeyTable.NameOf(key), now);
        return table.Describe(words, now);
    }

    private KeyTable Peek(LimitKey key, Span<long> words, out long now)
    {
        var table = _table;
        while (!table.TryPeek(KeyTable.NameOf(key), words))
        {
            table = Next();
        }

        now = _clock.Now;
        return table;
    }

    /// <summary>The table that comes after one that was found left: it is there when the change is done.</summary>
    private KeyTable Next()
    {
        lock (_changing)
        {
            return _table;
        }
    }
}
